import type { BlockParam, CountRequest } from './request.ts'

/** A turn, with neighbours of the same role made one. */
export interface Turn {
  readonly role: 'user' | 'assistant' | 'system'
  readonly blocks: readonly BlockParam[]
  /** Of its first message, for messages about it. */
  readonly at: number
}

function blocksOf(content: CountRequest['messages'][number]['content']): readonly BlockParam[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content
}

/** The conversation as the model gets it. An instruction in its midst stands apart, and parts nobody. */
export function turnsOf({ messages }: CountRequest): Turn[] {
  const turns: Turn[] = []
  for (const [at, { role, content }] of messages.entries()) {
    if (role === 'system') continue
    const last = turns.at(-1)
    const blocks = blocksOf(content)
    if (last?.role === role) turns[turns.length - 1] = { ...last, blocks: [...last.blocks, ...blocks] }
    else turns.push({ role, blocks, at })
  }
  return turns
}

type OfType<Type extends BlockParam['type']> = Extract<BlockParam, { type: Type }>

/** The turn's blocks of one type. */
export function blocksOfType<Type extends BlockParam['type']>(
  turn: Turn | undefined,
  type: Type,
): readonly OfType<Type>[] {
  const isOfType = (block: BlockParam): block is OfType<Type> => block.type === type
  return turn?.blocks.filter(isOfType) ?? []
}

export function isThought({ type }: BlockParam): boolean {
  return type === 'thinking' || type === 'redacted_thinking'
}
