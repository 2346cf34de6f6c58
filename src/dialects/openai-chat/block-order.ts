import type { ChatEvent } from '../../core/chat/answer.ts'

export type BlockEvent = Extract<ChatEvent, { readonly index: number }>

interface Waiting {
  readonly index: number
  /** Whether what it says runs into what others say. */
  readonly speaks: boolean
  readonly events: BlockEvent[]
  ended: boolean
}

const speaking: ReadonlySet<string> = new Set(['text', 'reasoning', 'refusal'])

/**
 * Puts the events of blocks that were under way side by side in order. A chat message has one text and one thought: of two blocks
 * that speak, the later waits for the end of the earlier, as do calls of tools that began after it. Calls run side by side.
 */
export class BlockOrder {
  #waiting: Waiting[] = []

  /** The events that are ready now. */
  push(event: BlockEvent): BlockEvent[] {
    if (event.type === 'block') {
      if (this.#waiting.some(({ index }) => index === event.index)) return []
      const speaks = speaking.has(event.block.type)
      this.#waiting.push({ index: event.index, speaks, events: [event], ended: false })
      return this.#ready()
    }
    const block = this.#waiting.find(({ index }) => index === event.index)
    if (!block || block.ended) return []
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
    for (const { events, speaks, ended } of this.#waiting) {
      ready.push(...events.splice(0))
      if (speaks && !ended) break
    }
    this.#waiting = this.#waiting.filter(({ events, ended }) => !ended || events.length > 0)
    return ready
  }
}
