import type { ChatAnswer } from '../core/chat/answer.ts'
import { eventsOf } from '../core/chat/assemble.ts'
import type {
  AnswerFacts,
  Dialect,
  ErrorFacts,
  ScanOptions,
  StreamScanner,
  Telling,
  UpstreamDialect,
} from '../core/dialect.ts'
import { WeirError } from '../core/errors.ts'
import { utf8Length } from '../dialects/fields.ts'
import { upstreamDialects } from '../dialects/index.ts'
import { TranslatingScanner } from '../dialects/translating-scanner.ts'
import { defaultOutputCap } from '../metering/estimate.ts'
import type { Dispatch } from './attempt.ts'
import type { PricedCandidate } from './candidate.ts'
import { headersDown, headersUp } from './headers.ts'

type Headers = Readonly<Record<string, string>>

/** An unstreamed answer as the caller gets it. */
export interface WholeAnswer {
  readonly facts: AnswerFacts
  readonly body: Uint8Array
  /** Whether the model's output is of no use, by the provider's own word. */
  readonly unusable?: boolean
}

/** How a call goes up to one candidate, and how what comes back goes down: byte for byte, or from one dialect to the other. */
export interface Passage {
  readonly path: string
  readonly headers: Headers
  readonly body: Uint8Array
  /** What the provider's dialect could not carry. */
  readonly dropped: readonly string[]
  /** How the content type of a stream from the provider begins. */
  readonly streamType: string
  /** Of the provider's headers those that go down, and ours. */
  headersDown(upstream: Headers, ours: Headers): Record<string, string>
  /** Undefined if it is no answer. */
  readWhole(body: Uint8Array): WholeAnswer | undefined
  scan(options: ScanOptions): StreamScanner
  readError(body: Uint8Array): ErrorFacts
  /** What is told of an error that is the caller's fault; undefined where the provider's own words pass. */
  wordError(status: number, facts: ErrorFacts): WeirError | undefined
}

/** The passage to a candidate. Throws WeirError `cannot_translate` where there is none. */
export function passageTo(dispatching: Dispatch, candidate: PricedCandidate): Passage {
  const { dialect } = dispatching.call
  const upstream = upstreamDialects[candidate.speech.dialect]
  const passage =
    upstream.id === dialect.id
      ? passThrough(dispatching, candidate)
      : translation(dispatching, candidate, upstream)
  if (dispatching.wishes.strict && passage.dropped.length > 0)
    throw wouldDrop(passage.dropped, candidate.offer.provider)
  return passage
}

function passThrough(
  { call, live }: Dispatch,
  { offer, configured, speech, ...candidate }: PricedCandidate,
): Passage {
  const { dialect } = call
  const { request } = live
  const { quirks } = configured.provider
  const { body, dropped } = dialect.rewrite(request, {
    org: call.credential.org,
    upstreamModel: offer.upstream,
    outputCap: defaultOutputCap(offer),
    ...(candidate.clamped && { clampTo: candidate.output.cap }),
    quirks,
  })
  const down = request.stream ? dialect.streamTypeDown?.(request) : undefined
  return {
    path: pathTo(dialect, { speech, model: offer.upstream, stream: request.stream }),
    headers: headersUp(call.caller, { names: dialect.requestHeaders, defaults: dialect.ownHeaders }),
    body,
    dropped,
    streamType: dialect.streamType,
    headersDown: (upstream, ours) =>
      headersDown(dialect.answerHeaders, upstream, { ...ours, ...(down && { 'content-type': down }) }),
    readWhole(body) {
      const facts = dialect.readAnswer(body)
      return facts && { facts, body }
    },
    scan: (options) => dialect.scanStream(request, quirks, options),
    readError: (body) => dialect.readError(body),
    wordError: () => undefined,
  }
}

function translation(dispatching: Dispatch, candidate: PricedCandidate, upstream: UpstreamDialect): Passage {
  const { call, live } = dispatching
  const { dialect, credential } = call
  const { request } = live
  const { offer, configured, speech, output } = candidate
  const chat = dispatching.chat()
  const { body, dropped: lost } = upstream.encodeCall(chat, {
    org: credential.org,
    upstreamModel: offer.upstream,
    outputCap: output.cap,
    quirks: configured.provider.quirks,
  })
  const dropped = [...new Set([...chat.foreign, ...lost])]
  const telling = tellingOf(dispatching)
  const streamed = dialect.streamTypeDown?.(request) ?? 'text/event-stream; charset=utf-8'
  const shared = upstream.requestHeaders.filter((name) => dialect.requestHeaders.includes(name))
  return {
    path: pathTo(upstream, { speech, model: offer.upstream, stream: request.stream }),
    headers: headersUp(call.caller, { names: shared, defaults: upstream.ownHeaders }),
    body,
    dropped,
    streamType: upstream.streamType,
    headersDown: (_, ours) => ({
      'content-type': request.stream ? streamed : 'application/json',
      ...(request.stream && { 'cache-control': 'no-cache' }),
      ...ours,
    }),
    readWhole(bytes) {
      const answer = upstream.decodeAnswer(bytes)
      if (!answer) return undefined
      const unusable = answer.finish === 'error'
      return { facts: factsOf(answer), body: printWhole(dialect, answer, telling), unusable }
    },
    scan: (options) =>
      new TranslatingScanner(upstream.decodeStream(), dialect.encodeStream(telling, options)),
    readError: (bytes) => upstream.readError(bytes),
    wordError: (status, facts) => refusedBy(offer.provider, status, facts),
  }
}

interface Addressed {
  readonly speech: PricedCandidate['speech']
  readonly model: string
  readonly stream: boolean
}

function pathTo(dialect: UpstreamDialect, { speech, model, stream }: Addressed): string {
  return (speech.prefix ?? '') + (speech.path ?? dialect.path)({ model, stream })
}

function tellingOf({ call, live, openedAt }: Dispatch): Telling {
  const { request } = live
  return { requestId: call.requestId, model: request.model, created: Math.floor(openedAt / 1000), request }
}

/** A provider may answer whole although a stream was asked for: the caller gets a stream all the same. */
function printWhole(dialect: Dialect, answer: ChatAnswer, telling: Telling): Uint8Array {
  if (!telling.request.stream) return dialect.encodeAnswer(answer, telling)
  return new TextEncoder().encode(dialect.encodeStream(telling).push(eventsOf(answer)))
}

function factsOf({ blocks, usage }: ChatAnswer): AnswerFacts {
  let outputBytes = 0
  for (const block of blocks) {
    if ('text' in block) outputBytes += utf8Length(block.text)
    if (block.type === 'tool_call') outputBytes += utf8Length(block.name) + utf8Length(block.arguments)
  }
  return { outputBytes, ...(usage && { usage }) }
}

function wouldDrop(dropped: readonly string[], provider: string): WeirError {
  const message = `The provider ${provider} cannot be told ${dropped.join(', ')}, and x-weir-strict is set.`
  return new WeirError('cannot_translate', message, dropped[0] === undefined ? {} : { param: dropped[0] })
}

const longestMessage = 1_000

function refusedBy(provider: string, status: number, { message }: ErrorFacts): WeirError {
  const said = message === undefined ? '.' : `: ${message.slice(0, longestMessage)}`
  const code = status === 413 ? 'request_too_large' : 'invalid_request'
  return new WeirError(code, `The provider ${provider} refused the request${said}`)
}
