import type { BlockStart } from '../../core/chat/answer.ts'
import type { Seal } from '../../core/chat/seal.ts'
import { BlockWriter, type BlockEvent } from './block-writer.ts'

/**
 * Writes blocks that may be under way side by side as a sequence in which one is open at a time. Text and thought give way to what
 * begins after them, and go on in a block of their own; a call is written to its end, and what comes meanwhile waits.
 */
export class BlockSequence {
  callsTools = false
  readonly #starts = new Map<number, BlockStart>()
  readonly #seals = new Map<number, Seal>()
  /** What came of blocks whose turn has not come, in the order in which they began. */
  readonly #waiting = new Map<number, BlockEvent[]>()
  #current: { readonly index: number; readonly writer: BlockWriter } | undefined
  #count = 0

  /** A seal on a call goes down before the call, so it has to be known when the call begins. */
  expectSeal(index: number, seal: Seal): void {
    this.#seals.set(index, seal)
  }

  push(event: BlockEvent): string {
    if (event.type === 'block') this.#note(event.index, event.block)
    return this.#route(event) + this.#advance()
  }

  /** Ends what is open, after what still waits. */
  end(): string {
    let text = ''
    while (this.#current) text += this.#close() + this.#advance()
    return text
  }

  #note(index: number, start: BlockStart): void {
    this.#starts.set(index, start)
    if (start.type === 'tool_call') this.callsTools = true
  }

  #route(event: BlockEvent): string {
    const { index } = event
    if (this.#current?.index === index) return this.#write(event)
    const waiting = this.#waiting.get(index)
    if (waiting) waiting.push(event)
    else if (event.type !== 'block_end') return this.#give(event)
    return ''
  }

  /** Gives an event of a block that is not the current one its turn, or has it wait. */
  #give(event: BlockEvent): string {
    const { index } = event
    const start = this.#starts.get(index)
    const isEmpty = event.type === 'delta' && event.text === ''
    if (!start || isEmpty) return ''
    if (this.#current && !this.#current.writer.canSplit) {
      this.#waiting.set(index, [event])
      return ''
    }
    const closed = this.#close()
    const place = { claim: () => this.#count++, seal: this.#seals.get(index) }
    const writer = new BlockWriter(start, place)
    this.#current = { index, writer }
    return closed + writer.begin() + writer.write(event)
  }

  #write(event: BlockEvent): string {
    return event.type === 'block_end' ? this.#close() : (this.#current?.writer.write(event) ?? '')
  }

  #close(): string {
    const text = this.#current?.writer.end() ?? ''
    this.#current = undefined
    return text
  }

  /** Writes what waits, as far as nothing is in its way. */
  #advance(): string {
    let text = ''
    for (const [index, events] of this.#waiting) {
      if (this.#current && !this.#current.writer.canSplit) break
      this.#waiting.delete(index)
      for (const event of events) text += this.#route(event)
    }
    return text
  }
}
