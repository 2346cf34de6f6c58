import type { ChatEvent } from '../../core/chat/answer.ts'

export type BlockEvent = Extract<ChatEvent, { readonly index: number }>

interface Waiting {
  readonly index: number
  readonly events: BlockEvent[]
  ended: boolean
}

/**
 * Puts the events of blocks that were under way side by side in order, one block after the other as they began. A chat message has
 * one text and one thought, into which blocks would run; and many clients expect the calls of tools one after the other.
 */
export class BlockOrder {
  #waiting: Waiting[] = []

  /** The events that are ready now. */
  push(event: BlockEvent): BlockEvent[] {
    const known = this.#waiting.find(({ index }) => index === event.index)
    if (event.type === 'block' ? known : !known || known.ended) return []
    const block = known ?? { index: event.index, events: [], ended: false }
    if (!known) this.#waiting.push(block)
    block.events.push(event)
    block.ended = event.type === 'block_end'
    return this.#ready()
  }

  /** All that waits, and an end for every block that has none. */
  end(): BlockEvent[] {
    const open = this.#waiting.filter(({ ended }) => !ended)
    return open.flatMap(({ index }) => this.push({ type: 'block_end', index }))
  }

  #ready(): BlockEvent[] {
    const ready: BlockEvent[] = []
    for (const { events, ended } of this.#waiting) {
      ready.push(...events.splice(0))
      if (!ended) break
    }
    this.#waiting = this.#waiting.filter(({ events, ended }) => !ended || events.length > 0)
    return ready
  }
}
