import type { BlockStart, TokenLogprob } from '../../core/chat/answer.ts'
import type { Citation } from '../../core/chat/citation.ts'
import type { Seal } from '../../core/chat/seal.ts'
import { textOf, type Fields } from '../fields.ts'
import { encodeCitation } from './annotations.ts'
import { itemEnd, partEnd } from './closing.ts'
import { encodeLogprobs } from './logprobs.ts'
import { imageEvents, itemBegin, messageBegin, partBegin, summaryBegin } from './opening.ts'
import { encodeSeal } from './reasoning.ts'
import { itemId } from './response-object.ts'
import type { StreamLog } from './stream-log.ts'

type CallStart = Extract<BlockStart, { type: 'tool_call' }>

/** A block of the answer, and where it stands in the response. */
interface PrintedBlock {
  readonly start: BlockStart
  /** Absent before anything was told of it. */
  place?: Place
  /** Whether the seal of a call went in front of it. */
  sealed?: boolean
}

interface Place {
  readonly item: number
  /** Of text within a message. */
  readonly part?: number
}

/** A message at the end of the output: more text goes into it. */
interface OpenMessage {
  readonly item: number
  parts: number
}

/** Writes the blocks of an answer as items of a response. What brings nothing makes no item. */
export class BlockPrinter {
  readonly #log: StreamLog
  readonly #requestId: string
  readonly #blocks = new Map<number, PrintedBlock>()
  #expected: ReadonlyMap<number, Seal> = new Map()
  #message: OpenMessage | undefined
  #items = 0

  constructor(log: StreamLog, requestId: string) {
    this.#log = log
    this.#requestId = requestId
  }

  /** Tells which seals are about to come: that of a call goes in front of it, as an item of a call has no place for one. */
  expect(seals: ReadonlyMap<number, Seal>): void {
    this.#expected = seals
  }

  begin(index: number, start: BlockStart): string {
    if (start.type === 'audio') return ''
    if (start.type === 'image') return this.#openWaiting() + this.#printImage(start)
    const block: PrintedBlock = { start }
    if (start.type !== 'tool_call') {
      this.#blocks.set(index, block)
      return ''
    }
    const begin = this.#openWaiting() + this.#beginCall(index, block, start)
    this.#blocks.set(index, block)
    return begin
  }

  #beginCall(index: number, block: PrintedBlock, start: CallStart): string {
    const seal = this.#expected.get(index)
    block.sealed = seal !== undefined
    // It names the call: one that comes late stands behind it.
    const sealed = seal ? this.#printSeal({ ...seal, id: start.id }) : ''
    const begin = this.#leaveMessage()
    const item = this.#items++
    block.place = { item }
    return sealed + begin + this.#log.print(itemBegin(item, this.#callItem(start, item)))
  }

  #printImage(image: { readonly mediaType: string; readonly data: string }): string {
    const begin = this.#leaveMessage()
    const item = this.#items++
    return begin + this.#log.print(...imageEvents(item, itemId('ig', this.#requestId, item), image))
  }

  grow(index: number, text: string, logprobs: readonly TokenLogprob[] = []): string {
    const block = this.#blocks.get(index)
    if (!block || (text === '' && logprobs.length === 0)) return ''
    const begin = this.#open(index, block) + this.#openSummary(block)
    const place = this.#wirePlace(block)
    const more = block.start.type === 'text' ? { logprobs: encodeLogprobs(logprobs) } : {}
    return begin + this.#log.print({ type: deltaType(block.start), ...place, delta: text, ...more })
  }

  cite(index: number, citation: Citation): string {
    const block = this.#blocks.get(index)
    if (block?.start.type !== 'text') return ''
    const begin = this.#open(index, block)
    const part = this.#partOf(block)
    const event = {
      type: 'response.output_text.annotation.added',
      ...this.#wirePlace(block),
      annotation_index: part?.annotations.length ?? 0,
      annotation: encodeCitation(citation, part?.text.length ?? 0),
    }
    return begin + this.#log.print(event)
  }

  seal(index: number, seal: Seal): string {
    const block = this.#blocks.get(index)
    if (!block || block.sealed) return ''
    if (block.start.type === 'tool_call') return this.#printSeal({ ...seal, id: block.start.id })
    if (block.start.type !== 'reasoning') return this.#printSeal(seal)
    const begin = this.#open(index, block)
    const slot = this.#slotOf(block)
    if (slot) slot.item = { ...slot.item, encrypted_content: encodeSeal(seal, textOf(slot.item, 'id') ?? '') }
    return begin
  }

  end(index: number): string {
    const block = this.#blocks.get(index)
    this.#blocks.delete(index)
    const slot = block && this.#slotOf(block)
    if (!slot) return ''
    const part = this.#partOf(block)
    if (!part) return this.#log.print(...itemEnd(slot, 'completed'))
    const end = this.#log.print(...partEnd(slot, part))
    const isLeft = this.#message?.item !== slot.index && slot.parts.every(({ done }) => done)
    return isLeft ? end + this.#log.print(...itemEnd(slot, 'completed')) : end
  }

  /** Begins the item or part that a block is told in, unless it has begun; blocks that began before it stand in front. */
  #open(index: number, block: PrintedBlock): string {
    return block.place ? '' : this.#openWaiting(block) + this.#openOne(index, block)
  }

  #openWaiting(until?: PrintedBlock): string {
    let text = ''
    for (const [index, block] of this.#blocks) {
      if (block === until) break
      if (!block.place) text += this.#openOne(index, block)
    }
    return text
  }

  #openOne(index: number, block: PrintedBlock): string {
    return block.start.type === 'reasoning' ? this.#openThought(index, block) : this.#openText(block)
  }

  #openThought(index: number, block: PrintedBlock): string {
    const begin = this.#leaveMessage()
    const item = this.#items++
    block.place = { item }
    const seal = this.#expected.get(index)
    const id = (seal?.by === 'openai' ? seal.id : undefined) ?? itemId('rs', this.#requestId, item)
    return begin + this.#log.print(itemBegin(item, thoughtItem(id)))
  }

  #openSummary(block: PrintedBlock): string {
    const slot = this.#slotOf(block)
    if (block.start.type !== 'reasoning' || !slot || slot.parts.length > 0) return ''
    return this.#log.print(summaryBegin(textOf(slot.item, 'id') ?? '', slot.index))
  }

  #openText(block: PrintedBlock): string {
    let begin = ''
    if (!this.#message) {
      this.#message = { item: this.#items++, parts: 0 }
      const { item } = this.#message
      begin = this.#log.print(messageBegin(item, itemId('msg', this.#requestId, item)))
    }
    const part = this.#message.parts++
    block.place = { item: this.#message.item, part }
    const { item_id, output_index } = this.#wirePlace(block)
    const type = block.start.type === 'refusal' ? 'refusal' : 'output_text'
    return begin + this.#log.print(partBegin({ item_id, output_index, content_index: part }, type))
  }

  /** A message is over when something else begins; a part that is still under way keeps it open until it ends. */
  #leaveMessage(): string {
    const slot = this.#message && this.#log.output.at(this.#message.item)
    this.#message = undefined
    return slot?.parts.every(({ done }) => done) ? this.#log.print(...itemEnd(slot, 'completed')) : ''
  }

  /** A seal by itself, as thought of which nothing is told. */
  #printSeal(seal: Seal): string {
    const begin = this.#leaveMessage()
    const index = this.#items++
    const id = itemId('rs', this.#requestId, index)
    const item = thoughtItem(id, encodeSeal(seal, id))
    const end = { type: 'response.output_item.done', output_index: index, item }
    return begin + this.#log.print(itemBegin(index, item), end)
  }

  #callItem({ id, name, kind }: CallStart, index: number): Fields {
    const isCustom = kind === 'custom'
    return {
      type: isCustom ? 'custom_tool_call' : 'function_call',
      id: itemId(isCustom ? 'ctc' : 'fc', this.#requestId, index),
      call_id: id,
      name,
      [isCustom ? 'input' : 'arguments']: '',
      status: 'in_progress',
    }
  }

  #slotOf({ place }: PrintedBlock) {
    return place && this.#log.output.at(place.item)
  }

  #partOf(block: PrintedBlock) {
    const index = block.place?.part
    return index === undefined ? undefined : this.#slotOf(block)?.parts.find((part) => part.index === index)
  }

  #wirePlace(block: PrintedBlock) {
    const slot = this.#slotOf(block)
    const place = { item_id: textOf(slot?.item ?? {}, 'id') ?? '', output_index: slot?.index ?? 0 }
    if (block.start.type === 'reasoning') return { ...place, summary_index: 0 }
    return block.place?.part === undefined ? place : { ...place, content_index: block.place.part }
  }
}

function thoughtItem(id: string, sealed: string | null = null): Fields {
  return { type: 'reasoning', id, summary: [], encrypted_content: sealed }
}

/** The event that brings more of a block. */
function deltaType(start: BlockStart): string {
  if (start.type === 'tool_call')
    return start.kind === 'custom'
      ? 'response.custom_tool_call_input.delta'
      : 'response.function_call_arguments.delta'
  if (start.type === 'reasoning') return 'response.reasoning_summary_text.delta'
  return start.type === 'refusal' ? 'response.refusal.delta' : 'response.output_text.delta'
}
