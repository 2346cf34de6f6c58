import { check, fail, must, parseJson } from './check.ts'
import { chunk, type CallDelta, type Chunk } from './chat.ts'
import { openaiEnvelope } from './errors.ts'
import { readEvents } from './events.ts'
import type { StreamReport } from './report.ts'
import { isObject } from '../../simulator/json.ts'

/** One choice as it is written. */
class Choice {
  finished = false
  #begun = false
  #calls = 0

  push({ delta, finish_reason: finish }: Chunk['choices'][number], what: string): void {
    must(!this.finished, what, 'says more after its finish_reason')
    must(this.#begun || delta.role === 'assistant', what, 'begins without its role')
    this.#begun = true
    for (const call of delta.tool_calls ?? []) this.#pushCall(call, what)
    if (finish === null) return
    must(finish !== 'tool_calls' || this.#calls > 0, what, 'finishes for calls that it does not have')
    this.finished = true
  }

  #pushCall(call: CallDelta, what: string): void {
    const { index, id, type, function: called, custom } = call
    const written = called ?? custom
    if (index < this.#calls) {
      const isAgain = id !== undefined || type !== undefined || written?.name !== undefined
      must(!isAgain, what, `tells again who call ${index} is`)
      return
    }
    must(index === this.#calls, what, `has call ${index} after ${this.#calls} calls`)
    this.#calls++
    const isWhole = id !== undefined && type !== undefined && written?.name !== undefined
    must(isWhole, what, `call ${index} begins without its id, type or name`)
    must(
      type === 'function' ? called?.arguments !== undefined : custom?.input !== undefined,
      what,
      'no arguments',
    )
  }
}

class ChatStream {
  readonly chunks: Chunk[] = []
  readonly #choices = new Map<number, Choice>()
  #isTold = false

  push(value: unknown, what: string): void {
    const said = check(chunk, value, what)
    must(!this.#isTold, what, 'comes after the usage')
    const [first = said] = this.chunks
    for (const field of ['id', 'model', 'created'] as const) {
      must(said[field] === first[field], what, `has another ${field}`)
    }
    for (const choice of said.choices) this.#choice(choice.index).push(choice, what)
    if (said.choices.length === 0) this.#tell(said, what)
    this.chunks.push(said)
  }

  #choice(index: number): Choice {
    const choice = this.#choices.get(index) ?? new Choice()
    this.#choices.set(index, choice)
    return choice
  }

  #tell({ usage }: Chunk, what: string): void {
    must(Boolean(usage), what, 'has neither choices nor usage')
    this.#mustBeFinished(what)
    this.#isTold = true
  }

  #mustBeFinished(what: string): void {
    must(this.#choices.size > 0, what, 'has no choice')
    for (const [index, { finished }] of this.#choices)
      must(finished, what, `choice ${index} has no finish_reason`)
  }

  end(): void {
    this.#mustBeFinished('stream')
  }
}

/** A stream of chunks: choices begin with their role and end with their reason, usage is last, then `[DONE]`. */
export function validateChunks(bytes: Uint8Array): StreamReport {
  const stream = new ChatStream()
  const events = readEvents(bytes)
  for (const [at, { event, data }] of events.entries()) {
    const what = `event ${at}`
    const isLast = at === events.length - 1
    must(event === undefined, what, `is named ${event}`)
    if (data === '[DONE]') {
      must(isLast, what, 'is the end, but more comes')
      stream.end()
      return { events: stream.chunks, failed: false }
    }
    const value = parseJson(data, what)
    if (isObject(value) && 'error' in value) {
      check(openaiEnvelope, value, what)
      must(isLast, what, 'is an error, but more comes')
      return { events: [...stream.chunks, value], failed: true }
    }
    stream.push(value, what)
  }
  return fail('stream', 'ends without [DONE]')
}
