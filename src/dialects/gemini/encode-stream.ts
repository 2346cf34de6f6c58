import type { ChatEvent, Finish, TokenLogprob } from '../../core/chat/answer.ts'
import type { ScanOptions, StreamClosing, StreamCut, StreamEncoder, Telling } from '../../core/dialect.ts'
import type { Usage } from '../../core/usage.ts'
import { PartPrinter } from './answer-parts.ts'
import { BlockLine, wholeBlock, type LinedBlock } from './block-line.ts'
import { closingChunk, cutChunk, cutMessage, type CandidateChunk, type ChunkHead } from './closing-chunks.ts'
import type { WirePart } from './encode-parts.ts'
import { printFinish } from './finish.ts'
import { GroundingPrinter } from './grounding.ts'
import { printLogprobs } from './logprobs.ts'
import type { GeminiRequest } from './read-request.ts'
import { StreamForm } from './stream-form.ts'
import { printUsage } from './usage.ts'

/** Writes a stream as Google does: each chunk brings the parts that came meanwhile, the last one why it ended. */
export class GeminiStreamEncoder implements StreamEncoder {
  readonly #line = new BlockLine()
  readonly #grounding = new GroundingPrinter()
  readonly #printer: PartPrinter
  readonly #form: StreamForm
  readonly #holdEnd: boolean
  readonly #head: ChunkHead
  #usage: Usage | undefined
  #finish: Finish = 'stop'
  #logprobs: TokenLogprob[] = []
  #isDone = false

  constructor({ request, requestId, model }: Telling, { holdEnd = false }: ScanOptions = {}) {
    const { sse, showsThoughts } = request as GeminiRequest
    this.#printer = new PartPrinter(showsThoughts)
    this.#form = new StreamForm(sse)
    this.#holdEnd = holdEnd
    this.#head = { modelVersion: model, responseId: requestId }
  }

  push(events: readonly ChatEvent[]): string {
    if (this.#isDone) return ''
    for (const event of events) this.#take(event)
    const hasEnd = events.some(({ type }) => type === 'end')
    if (hasEnd && !this.#holdEnd) return this.#end()
    const parts = this.#printParts()
    if (parts.length === 0) return ''
    return this.#print({ candidates: [this.#candidate(parts)], ...this.#head })
  }

  close(closing: StreamClosing): string {
    if (this.#isDone) return ''
    const last = this.#lastCandidate({ finish: this.#finish, cut: false })
    return this.#printLast(closingChunk(this.#head, [last], closing))
  }

  cut(cut: StreamCut): string {
    if (this.#isDone) return ''
    const last = this.#lastCandidate({ finish: 'length', cut: true })
    return this.#printLast(cutChunk(this.#head, [{ ...last, ...cutMessage }], cut))
  }

  #take(event: ChatEvent): void {
    if (event.type === 'usage') this.#usage = event.usage
    if (event.type === 'finish') this.#finish = event.finish
    this.#line.take(event)
  }

  #end(): string {
    const last = this.#lastCandidate({ finish: this.#finish, cut: false })
    return this.#printLast({
      candidates: [last],
      ...(this.#usage && { usageMetadata: printUsage(this.#usage) }),
      ...this.#head,
    })
  }

  #lastCandidate({ finish, cut }: { readonly finish: Finish; readonly cut: boolean }): CandidateChunk {
    this.#line.end({ cut })
    const parts = [...this.#printParts(), ...this.#printer.rest()]
    return {
      ...this.#candidate(parts.length > 0 ? parts : [{ text: '' }]),
      finishReason: printFinish(finish),
      ...this.#grounding.field,
    }
  }

  #candidate(parts: readonly WirePart[]): CandidateChunk {
    const logprobs = printLogprobs(this.#logprobs)
    this.#logprobs = []
    return { content: { role: 'model', parts }, index: 0, ...logprobs }
  }

  #print(chunk: object): string {
    return this.#form.print(JSON.stringify(chunk))
  }

  #printLast(chunk: object): string {
    this.#isDone = true
    return this.#print(chunk) + this.#form.end()
  }

  /** What can go down by now. */
  #printParts(): WirePart[] {
    const parts: WirePart[] = []
    for (let block = this.#line.front; block; block = this.#line.front) {
      parts.push(...this.#printLive(block))
      if (!block.hasEnded) break
      parts.push(...this.#printRest(block))
      this.#line.next()
    }
    return parts
  }

  /** The text that came since, of a block that shows its text as it comes. */
  #printLive(block: LinedBlock): WirePart[] {
    const { start, text, printed } = block
    this.#logprobs.push(...block.logprobs.splice(0))
    const isThought = start.type === 'reasoning' && this.#printer.showsThoughts
    if (!isThought && start.type !== 'text' && start.type !== 'refusal') return []
    const fresh = text.slice(printed)
    block.printed = text.length
    if (fresh === '') return []
    return [isThought ? { text: fresh, thought: true } : this.#printer.text(fresh)]
  }

  /** What is left to print of a block that has ended. */
  #printRest(block: LinedBlock): WirePart[] {
    const { start, text, citations } = block
    const isText = start.type === 'text' || start.type === 'refusal'
    if (isText) this.#grounding.add(text, citations)
    return isText ? [] : this.#printer.whole(wholeBlock({ ...block, text: text.slice(block.printed) }))
  }
}
