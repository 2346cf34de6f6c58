import type { Block, BlockStart, ChatEvent, TokenLogprob } from '../../core/chat/answer.ts'
import type { Citation } from '../../core/chat/citation.ts'
import type { Seal } from '../../core/chat/seal.ts'
import { keyOf, listOf, type Fields } from '../fields.ts'
import { loneSeal, unnamed } from './call-seals.ts'
import { blockOfPart, blocksOf } from './decode-output.ts'

interface BookedBlock {
  readonly index: number
  hasText: boolean
  hasCitations: boolean
  ended: boolean
}

/**
 * The blocks of an answer under way, by their places in the response: an item's, or that of a part of a message. What an event says
 * again is not told twice, what only the last of them says is told then.
 */
export class BlockBook {
  hasCalls = false
  readonly #blocks = new Map<string, BookedBlock>()
  readonly #doneItems = new Set<string>()
  /** The blocks of calls, by the ids of the calls. */
  readonly #calls = new Map<string, number>()
  /** Seals of calls that have not begun. */
  readonly #waiting = new Map<string, Seal>()
  /** Places of thoughts that have begun, without a word yet. */
  readonly #thoughts = new Set<string>()
  #started = false

  start(event: ChatEvent): ChatEvent[] {
    const first = !this.#started
    this.#started = true
    return first ? [event] : []
  }

  /** A thought begins with its first word: there may be none. It stands in front of what begins later all the same. */
  expectThought(key: string): void {
    this.#thoughts.add(key)
  }

  /** Begins a block, unless there is one at the place. */
  open(key: string, block: BlockStart): ChatEvent[] {
    if (this.#blocks.has(key) || this.#doneItems.has(itemOf(key))) return []
    return [...this.#openThoughts(key), ...this.#openOne(key, block)]
  }

  /** Begins the thoughts that stand in front of what begins at the place. */
  #openThoughts(key: string): ChatEvent[] {
    const events: ChatEvent[] = []
    for (const thought of this.#thoughts) {
      this.#thoughts.delete(thought)
      if (thought === key) break
      events.push(...this.#openOne(thought, { type: 'reasoning' }))
    }
    return events
  }

  #openOne(key: string, block: BlockStart): ChatEvent[] {
    const index = this.#blocks.size
    this.#blocks.set(key, { index, hasText: false, hasCitations: false, ended: false })
    const begin: ChatEvent = { type: 'block', index, block }
    return block.type === 'tool_call' ? [begin, ...this.#beginCall(block.id, index)] : [begin]
  }

  #beginCall(id: string, index: number): ChatEvent[] {
    this.hasCalls = true
    this.#calls.set(id, index)
    const seal = this.#waiting.get(id)
    return seal ? [{ type: 'seal', index, seal }] : []
  }

  /** A seal that names its call is told with that, whichever comes first. */
  #sealCall(id: string, seal: Seal): ChatEvent[] {
    const index = this.#calls.get(id)
    if (index !== undefined) return [{ type: 'seal', index, seal }]
    this.#waiting.set(id, seal)
    return []
  }

  hasText(key: string): boolean {
    return this.#blocks.get(key)?.hasText === true
  }

  grow(
    key: string,
    text: string | undefined,
    more: { readonly logprobs?: readonly TokenLogprob[] } = {},
  ): ChatEvent[] {
    const block = this.#openAt(key)
    if (!block || text === undefined || (text === '' && !more.logprobs)) return []
    block.hasText = true
    return [{ type: 'delta', index: block.index, text, ...more }]
  }

  cite(key: string, citation: Citation): ChatEvent[] {
    const block = this.#openAt(key)
    if (!block) return []
    block.hasCitations = true
    return [{ type: 'citation', index: block.index, citation }]
  }

  /** Ends a part of a message that is told whole. */
  finishPart(event: Fields, part: Fields): ChatEvent[] {
    const block = blockOfPart(part)
    if (!block) return []
    const key = `${keyOf(event, 'output_index')}:${keyOf(event, 'content_index') || '0'}`
    return this.#finish(key, block)
  }

  /** Ends an item that is told whole: once, however often that is said. */
  finishItem(event: Fields, item: Fields): ChatEvent[] {
    const key = keyOf(event, 'output_index')
    this.#thoughts.delete(key)
    const events =
      item['type'] === 'message'
        ? listOf(item, 'content').flatMap((part, at) => {
            const block = blockOfPart(part)
            return block ? this.#finish(`${key}:${at}`, block) : []
          })
        : blocksOf(item).flatMap((block) => this.#finishBlock(key, block))
    const ends = this.#endWhere((place) => itemOf(place) === key)
    this.#doneItems.add(key)
    return [...events, ...ends]
  }

  endAll(): ChatEvent[] {
    return this.#endWhere(() => true)
  }

  #finishBlock(key: string, block: Block): ChatEvent[] {
    const seal = loneSeal(block)
    return seal?.id === undefined ? this.#finish(key, block) : this.#sealCall(seal.id, unnamed(seal))
  }

  /** Tells what of a whole block was not told yet, and its end. */
  #finish(key: string, block: Block): ChatEvent[] {
    const begin = this.open(key, startOf(block))
    const booked = this.#openAt(key)
    if (!booked) return []
    const { index } = booked
    const text = booked.hasText ? [] : this.grow(key, textOfBlock(block), logprobsOf(block))
    const citations = 'citations' in block && !booked.hasCitations ? (block.citations ?? []) : []
    booked.ended = true
    return [
      ...begin,
      ...text,
      ...citations.map((citation) => ({ type: 'citation' as const, index, citation })),
      ...('seal' in block && block.seal ? [{ type: 'seal' as const, index, seal: block.seal }] : []),
      { type: 'block_end', index },
    ]
  }

  #endWhere(isMeant: (key: string) => boolean): ChatEvent[] {
    const open = [...this.#blocks].filter(([key, block]) => !block.ended && isMeant(key))
    return open.map(([, block]) => {
      block.ended = true
      return { type: 'block_end', index: block.index }
    })
  }

  #openAt(key: string): BookedBlock | undefined {
    const block = this.#blocks.get(key)
    return block?.ended ? undefined : block
  }
}

/** The item that a place lies in. */
function itemOf(key: string): string {
  return key.split(':', 1)[0] ?? ''
}

function startOf(block: Block): BlockStart {
  if (block.type !== 'tool_call') return 'data' in block ? block : { type: block.type }
  const { type, id, name, kind } = block
  return { type, id, name, kind }
}

function textOfBlock(block: Block): string | undefined {
  if (block.type === 'tool_call') return block.arguments
  return 'text' in block ? block.text : undefined
}

function logprobsOf(block: Block): { readonly logprobs?: readonly TokenLogprob[] } {
  return 'logprobs' in block && block.logprobs ? { logprobs: block.logprobs } : {}
}
