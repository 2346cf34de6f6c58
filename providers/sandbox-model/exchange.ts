import type { Exchange, UpstreamRequest } from '../../src/core/transport.ts'
import { finishReasonOf, headOf, lengthOf, usageOf, wordAt } from './answer.ts'
import { readSandboxRequest, type SandboxRequest } from './request.ts'

const encoder = new TextEncoder()

/** Answers a chat request as a provider would over the network, streamed or not. */
export function simulateChat({ body }: UpstreamRequest): Exchange {
  const request = readSandboxRequest(body)
  const pause = new Pause()
  const parts = request.stream ? streamParts(request, pause) : wholeAnswer(request, pause)
  const type = request.stream ? 'text/event-stream' : 'application/json'
  return {
    head: Promise.resolve({ status: 200, headers: { 'content-type': type } }),
    async read() {
      const { value, done } = await parts.next()
      return done ? undefined : encoder.encode(value)
    },
    abort: (reason) => pause.abort(reason),
  }
}

/** Waiting that can be ended from outside. */
class Pause {
  #aborted: Error | undefined
  #interrupt: (() => void) | undefined

  async for(milliseconds: number): Promise<void> {
    if (this.#aborted) throw this.#aborted
    if (milliseconds === 0) return
    let timer: ReturnType<typeof setTimeout> | undefined
    await new Promise<void>((resolve) => {
      this.#interrupt = resolve
      timer = setTimeout(resolve, milliseconds)
    })
    clearTimeout(timer)
    if (this.#aborted) throw this.#aborted
  }

  abort(reason: Error): void {
    this.#aborted = reason
    this.#interrupt?.()
  }
}

async function* wholeAnswer(request: SandboxRequest, pause: Pause): AsyncGenerator<string, undefined> {
  const length = lengthOf(request)
  await pause.for(request.msPerWord * length)
  const content = Array.from({ length }, (_, index) => wordAt(index)).join('')
  const choices = Array.from({ length: request.answers }, (_, index) => ({
    index,
    message: { role: 'assistant', content, refusal: null },
    logprobs: null,
    finish_reason: finishReasonOf(request),
  }))
  const usage = usageOf(request, length * request.answers)
  yield JSON.stringify({ ...headOf(request, 'chat.completion'), choices, usage })
}

async function* streamParts(request: SandboxRequest, pause: Pause): AsyncGenerator<string, undefined> {
  const length = lengthOf(request)
  const indexes = Array.from({ length: request.answers }, (_, index) => index)
  const event = (choices: readonly object[], usage?: object) =>
    `data: ${JSON.stringify({
      ...headOf(request, 'chat.completion.chunk'),
      choices,
      ...(request.includeUsage && { usage: usage ?? null }),
    })}\n\n`
  const chunk = (delta: object, finish_reason: string | null) =>
    indexes.map((index) => event([{ index, delta, logprobs: null, finish_reason }])).join('')

  yield chunk({ role: 'assistant', content: '' }, null)
  for (let word = 0; word < length; word++) {
    await pause.for(request.msPerWord)
    yield chunk({ content: wordAt(word) }, null)
  }
  yield chunk({}, finishReasonOf(request))
  if (request.includeUsage) yield event([], usageOf(request, length * request.answers))
  yield 'data: [DONE]\n\n'
}
