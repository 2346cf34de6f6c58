import type { Block, BlockStart, ChatAnswer, ChatEvent, Finish, TokenLogprob } from './answer.ts'
import type { Citation } from './citation.ts'
import type { Seal } from './seal.ts'

/** The events of a stream that brings this answer. */
export function eventsOf(answer: ChatAnswer): ChatEvent[] {
  const { id, model, blocks, finish, stopSequence, usage } = answer
  return [
    { type: 'start', ...(id !== undefined && { id }), ...(model !== undefined && { model }) },
    ...blocks.flatMap(blockEvents),
    ...(usage ? [{ type: 'usage' as const, usage }] : []),
    { type: 'finish', finish, ...(stopSequence !== undefined && { stopSequence }) },
    { type: 'end' },
  ]
}

function blockEvents(block: Block, index: number): ChatEvent[] {
  return [
    { type: 'block', index, block: startOf(block) },
    ...contentEvents(block, index),
    { type: 'block_end', index },
  ]
}

function startOf(block: Block): BlockStart {
  switch (block.type) {
    case 'tool_call':
      return { type: block.type, id: block.id, name: block.name, kind: block.kind }
    case 'image':
    case 'audio':
      return block
    default:
      return { type: block.type }
  }
}

function contentEvents(block: Block, index: number): ChatEvent[] {
  if ('data' in block) return []
  if (block.type === 'tool_call') return [...delta(block.arguments, index), ...sealed(block.seal, index)]
  if (block.type === 'reasoning') return [...delta(block.text, index), ...sealed(block.seal, index)]
  const citations = block.citations ?? []
  return [
    ...delta(block.text, index, block.logprobs),
    ...citations.map((citation) => ({ type: 'citation' as const, index, citation })),
  ]
}

function delta(text: string, index: number, logprobs?: readonly TokenLogprob[]): ChatEvent[] {
  return text === '' && !logprobs ? [] : [{ type: 'delta', index, text, ...(logprobs && { logprobs }) }]
}

function sealed(seal: Seal | undefined, index: number): ChatEvent[] {
  return seal ? [{ type: 'seal', index, seal }] : []
}

/** A block of which more may come. */
interface Draft {
  readonly start: BlockStart
  readonly texts: string[]
  readonly logprobs: TokenLogprob[]
  readonly citations: Citation[]
  seal?: Seal
}

type BlockEvent = Extract<ChatEvent, { readonly index: number }>

/**
 * The answer that a stream of events tells, its blocks in the order in which they began. One that never finished ends as an
 * `error`.
 */
export function assemble(events: Iterable<ChatEvent>): ChatAnswer {
  const drafts = new Map<number, Draft>()
  const told: { -readonly [K in keyof Omit<ChatAnswer, 'blocks'>]: ChatAnswer[K] } = { finish: 'error' }
  for (const event of events) {
    if (event.type === 'start') Object.assign(told, headOf(event))
    else if (event.type === 'usage') told.usage = event.usage
    else if (event.type === 'finish') Object.assign(told, endOf(event))
    else if ('index' in event) addEvent(drafts, event)
  }
  return { ...told, blocks: Array.from(drafts.values(), blockOf) }
}

function headOf({ id, model }: Extract<ChatEvent, { readonly type: 'start' }>) {
  return { ...(id !== undefined && { id }), ...(model !== undefined && { model }) }
}

function endOf({ finish, stopSequence }: { readonly finish: Finish; readonly stopSequence?: string }) {
  return { finish, ...(stopSequence !== undefined && { stopSequence }) }
}

function addEvent(drafts: Map<number, Draft>, event: BlockEvent): void {
  if (event.type === 'block') {
    if (!drafts.has(event.index))
      drafts.set(event.index, { start: event.block, texts: [], logprobs: [], citations: [] })
    return
  }
  const draft = drafts.get(event.index)
  if (!draft) return
  if (event.type === 'seal') draft.seal = event.seal
  if (event.type === 'citation') draft.citations.push(event.citation)
  if (event.type !== 'delta') return
  draft.texts.push(event.text)
  draft.logprobs.push(...(event.logprobs ?? []))
}

function blockOf({ start, texts, logprobs, citations, seal }: Draft): Block {
  const text = texts.join('')
  switch (start.type) {
    case 'tool_call':
      return { ...start, arguments: text, ...(seal && { seal }) }
    case 'reasoning':
      return { type: start.type, text, ...(seal && { seal }) }
    case 'image':
    case 'audio':
      return start
    default:
      return {
        type: start.type,
        text,
        ...(citations.length > 0 && { citations }),
        ...(logprobs.length > 0 && { logprobs }),
      }
  }
}
