import { randomUUID } from 'node:crypto'
import type { BlockStart, ChatEvent } from '../../core/chat/answer.ts'
import type { Seal } from '../../core/chat/seal.ts'
import { fieldsOf, isFields, listOf, textOf, type Fields } from '../fields.ts'
import { said } from '../said.ts'
import { finishOf, reasonOf } from './finish.ts'
import { readCitations, type TextBlock } from './grounding.ts'
import { readLogprobs } from './logprobs.ts'
import { sealOf } from './seals.ts'
import { UsageTally } from './usage.ts'

/** Reads an answer, in one piece or chunk by chunk, into events. What it does not know it skips. */
export class AnswerReader {
  readonly #tally = new UsageTally()
  readonly #texts: (TextBlock & { text: string })[] = []
  #open: { readonly index: number; readonly type: 'text' | 'reasoning' } | undefined
  #blocks = 0
  #calls = 0
  #responseId: string | undefined
  /** Of a text: goes out behind it, unless a call of a function that is not signed follows, which would be taken for signed. */
  #sealOfText: Seal | undefined
  #reason: string | undefined
  #sources: Fields = {}
  #hasStarted = false

  /** Whether the model said why it ended. */
  get finished(): boolean {
    return this.#reason !== undefined
  }

  read(chunk: Fields): ChatEvent[] {
    this.#tally.note(chunk['usageMetadata'])
    const events = this.#start(chunk)
    const candidate = listOf(chunk, 'candidates')
      .filter(isFields)
      .find(({ index }) => (index ?? 0) === 0)
    if (candidate) events.push(...this.#readCandidate(candidate))
    const blocked = reasonOf(fieldsOf(chunk, 'promptFeedback')['blockReason'])
    if (blocked) this.#reason ??= 'PROHIBITED_CONTENT'
    return events
  }

  /** What is left to tell once nothing more comes. */
  end(): ChatEvent[] {
    const citations = readCitations(this.#sources, this.#texts)
    const events: ChatEvent[] = citations.map((placed) => ({ type: 'citation', ...placed }))
    events.push(...this.#close(), ...this.#flushSeal())
    const usage = this.#tally.usage(true)
    if (usage) events.push({ type: 'usage', usage })
    events.push({ type: 'finish', finish: finishOf(this.#reason ?? 'STOP', this.#calls > 0) })
    return events
  }

  #start(chunk: Fields): ChatEvent[] {
    const id = textOf(chunk, 'responseId') || undefined
    const model = textOf(chunk, 'modelVersion') || undefined
    this.#responseId ??= id
    if (this.#hasStarted) return []
    this.#hasStarted = true
    const input = this.#tally.soFar
    return [{ type: 'start', ...said({ id, model, input }) }]
  }

  #readCandidate(candidate: Fields): ChatEvent[] {
    const parts = listOf(fieldsOf(candidate, 'content'), 'parts').filter(isFields)
    const events = parts.flatMap((part) => this.#readPart(part))
    this.#reason = reasonOf(candidate['finishReason']) ?? this.#reason
    this.#noteSources(candidate)
    return this.#withLogprobs(events, candidate)
  }

  /** Later chunks may say nothing, or an empty object. */
  #noteSources(candidate: Fields): void {
    const { groundingMetadata, citationMetadata } = candidate
    if (isFields(groundingMetadata) && listOf(groundingMetadata, 'groundingChunks').length > 0)
      this.#sources = { ...this.#sources, groundingMetadata }
    if (isFields(citationMetadata)) this.#sources = { ...this.#sources, citationMetadata }
  }

  #withLogprobs(events: readonly ChatEvent[], candidate: Fields): ChatEvent[] {
    const logprobs = readLogprobs(candidate)
    const index = this.#texts.at(-1)?.index
    if (logprobs.length === 0 || index === undefined) return [...events]
    const last = events.findLastIndex((event) => event.type === 'delta' && event.index === index)
    return events.map((event, at) => (at === last && event.type === 'delta' ? { ...event, logprobs } : event))
  }

  #readPart(part: Fields): ChatEvent[] {
    const seal = sealOf(textOf(part, 'thoughtSignature'))
    if (isFields(part['functionCall'])) return this.#readCall(part['functionCall'], seal)
    const isThought = part['thought'] === true
    if (isFields(part['inlineData'])) return isThought ? [] : this.#readMedia(part['inlineData'])
    const text = textOf(part, 'text')
    if (text === undefined) return []
    return isThought ? this.#readThought(text, seal) : this.#readText(text, seal)
  }

  #readText(text: string, seal: Seal | undefined): ChatEvent[] {
    const events = this.#flushSeal()
    if (text !== '') {
      events.push(...this.#continue('text'), ...this.#delta(text))
      const block = this.#texts.at(-1)
      if (block) block.text += text
    }
    this.#sealOfText = seal
    return events
  }

  #readThought(text: string, seal: Seal | undefined): ChatEvent[] {
    if (text === '' && !seal) return []
    const events = [...this.#flushSeal(), ...this.#continue('reasoning')]
    if (text !== '') events.push(...this.#delta(text))
    if (seal) events.push({ type: 'seal', index: this.#blocks - 1, seal }, ...this.#close())
    return events
  }

  #readCall(call: Fields, seal: Seal | undefined): ChatEvent[] {
    const name = textOf(call, 'name')
    if (!name) return []
    const id = textOf(call, 'id') || this.#idOfCall()
    const before = seal ? this.#flushSeal() : []
    this.#sealOfText = undefined
    this.#calls++
    const block: BlockStart = { type: 'tool_call', id, name, kind: 'function' }
    const events = [...before, ...this.#begin(block)]
    const index = this.#blocks - 1
    if (seal) events.push({ type: 'seal', index, seal })
    const text = JSON.stringify(fieldsOf(call, 'args'))
    events.push({ type: 'delta', index, text }, { type: 'block_end', index })
    return events
  }

  /** One that no other answer of the conversation has. */
  #idOfCall(): string {
    const answer = this.#responseId?.replaceAll(/[^\w-]/g, '').slice(0, 28) || randomUUID().slice(0, 18)
    return `call_${answer}_${this.#calls}`
  }

  #readMedia(inline: Fields): ChatEvent[] {
    const mediaType = textOf(inline, 'mimeType') ?? ''
    const data = textOf(inline, 'data')
    const type = ['image', 'audio'].find((kind) => mediaType.startsWith(`${kind}/`))
    if (data === undefined || (type !== 'image' && type !== 'audio')) return []
    const events = [...this.#flushSeal(), ...this.#begin({ type, mediaType, data })]
    return [...events, { type: 'block_end', index: this.#blocks - 1 }]
  }

  /** Goes on with the block that is open, if it is of this kind. */
  #continue(type: 'text' | 'reasoning'): ChatEvent[] {
    if (this.#open?.type === type) return []
    const events = this.#begin({ type })
    const index = this.#blocks - 1
    this.#open = { index, type }
    if (type === 'text') this.#texts.push({ index, text: '' })
    return events
  }

  #begin(block: BlockStart): ChatEvent[] {
    return [...this.#close(), { type: 'block', index: this.#blocks++, block }]
  }

  #delta(text: string): ChatEvent[] {
    return this.#open ? [{ type: 'delta', index: this.#open.index, text }] : []
  }

  #close(): ChatEvent[] {
    const open = this.#open
    this.#open = undefined
    return open ? [{ type: 'block_end', index: open.index }] : []
  }

  #flushSeal(): ChatEvent[] {
    const seal = this.#sealOfText
    this.#sealOfText = undefined
    if (!seal) return []
    const events = this.#begin({ type: 'reasoning' })
    const index = this.#blocks - 1
    return [...events, { type: 'seal', index, seal }, { type: 'block_end', index }]
  }
}
