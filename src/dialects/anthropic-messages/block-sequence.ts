import type { BlockStart } from '../../core/chat/answer.ts'
import type { Seal } from '../../core/chat/seal.ts'
import { BlockWriter, type BlockEvent } from './block-writer.ts'

/** A block that is not written to its end. */
interface OpenBlock {
  readonly start: BlockStart
  /** What came of it and is not written. */
  readonly waiting: BlockEvent[]
  /** From its turn on. */
  writer?: BlockWriter
}

/**
 * Writes blocks that may be under way side by side as a sequence in which one is open at a time: what comes of later blocks waits
 * until those before have ended.
 */
export class BlockSequence {
  callsTools = false
  readonly #seals = new Map<number, Seal>()
  /** In the order in which they began. */
  readonly #open = new Map<number, OpenBlock>()
  #count = 0

  /** A seal on a call goes down before the call, so it has to be known when the call begins. */
  expectSeal(index: number, seal: Seal): void {
    this.#seals.set(index, seal)
  }

  push(event: BlockEvent): string {
    if (event.type === 'block') this.#begin(event.index, event.block)
    else this.#open.get(event.index)?.waiting.push(event)
    return this.#advance()
  }

  /** Ends all that is open. */
  end(): string {
    for (const [index, { waiting }] of this.#open) waiting.push({ type: 'block_end', index })
    return this.#advance()
  }

  #begin(index: number, start: BlockStart): void {
    this.#open.set(index, { start, waiting: [] })
    if (start.type === 'tool_call') this.callsTools = true
  }

  /** Writes as far as no open block is in the way. */
  #advance(): string {
    let text = ''
    for (const [index, block] of this.#open) {
      text += this.#write(index, block)
      const isEnded = block.waiting.some(({ type }) => type === 'block_end')
      block.waiting.length = 0
      if (!isEnded) break
      text += block.writer?.end() ?? ''
      this.#open.delete(index)
    }
    return text
  }

  #write(index: number, block: OpenBlock): string {
    const begun = block.writer ? '' : this.#give(index, block)
    return begun + block.waiting.map((event) => block.writer?.write(event) ?? '').join('')
  }

  /** Gives a block its turn. */
  #give(index: number, block: OpenBlock): string {
    block.writer = new BlockWriter(block.start, {
      claim: () => this.#count++,
      seal: this.#seals.get(index),
    })
    return block.writer.begin()
  }
}
