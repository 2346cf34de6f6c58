import type { Block, BlockStart, ChatEvent, TokenLogprob } from '../../core/chat/answer.ts'
import type { Citation } from '../../core/chat/citation.ts'
import type { Seal } from '../../core/chat/seal.ts'

/** A block that is under way, or waits until those before it are through. */
export interface LinedBlock {
  readonly index: number
  readonly start: BlockStart
  text: string
  /** How much of its text went down. */
  printed: number
  seal?: Seal
  readonly citations: Citation[]
  readonly logprobs: TokenLogprob[]
  hasEnded: boolean
}

/** Puts blocks that come side by side into a line, in the order in which they began. */
export class BlockLine {
  readonly #blocks: LinedBlock[] = []

  /** The block whose turn it is. */
  get front(): LinedBlock | undefined {
    return this.#blocks[0]
  }

  next(): void {
    this.#blocks.shift()
  }

  take(event: ChatEvent): void {
    if (event.type === 'block') this.#begin(event.index, event.block)
    else if ('index' in event) this.#add(event)
  }

  /** Nothing more comes: what is whole ends, and a call that is not is given up. */
  end({ cut }: { readonly cut: boolean }): void {
    const lost = this.#blocks.filter(({ start, hasEnded }) => cut && !hasEnded && start.type === 'tool_call')
    for (const block of lost) this.#blocks.splice(this.#blocks.indexOf(block), 1)
    for (const block of this.#blocks) block.hasEnded = true
  }

  #begin(index: number, start: BlockStart): void {
    const isWhole = start.type === 'image' || start.type === 'audio'
    this.#blocks.push({
      index,
      start,
      text: '',
      printed: 0,
      citations: [],
      logprobs: [],
      hasEnded: isWhole,
    })
  }

  #add(event: ChatEvent & { readonly index: number }): void {
    // A citation may come when all text has.
    const block = this.#blocks.findLast(
      ({ index, hasEnded }) => index === event.index && (!hasEnded || event.type === 'citation'),
    )
    if (!block) return
    if (event.type === 'delta') {
      block.text += event.text
      if (event.logprobs) block.logprobs.push(...event.logprobs)
    } else if (event.type === 'seal') block.seal = event.seal
    else if (event.type === 'citation') block.citations.push(event.citation)
    else if (event.type === 'block_end') block.hasEnded = true
  }
}

/** The block as it is in an answer that came whole. */
export function wholeBlock({ start, text, seal }: LinedBlock): Block {
  switch (start.type) {
    case 'text':
    case 'refusal':
      return { type: start.type, text }
    case 'reasoning':
      return { type: 'reasoning', text, ...(seal && { seal }) }
    case 'tool_call':
      return { ...start, arguments: text, ...(seal && { seal }) }
    default:
      return start
  }
}
