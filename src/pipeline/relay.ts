import type { StreamScanner } from '../core/dialect.ts'
import type { UpstreamHead } from '../core/transport.ts'
import type { Outcome } from '../ledger/call.ts'
import { UpstreamError } from '../upstream/deadlines.ts'
import type { Answer, Sink } from './answer.ts'
import { servedHeaders, type Try } from './attempt.ts'
import { failureOf, type Failure } from './failure.ts'
import { headersDown } from './headers.ts'
import { CallerLeft } from './leaving.ts'

/** A caller that leaves after the model finished is no reason to miss the usage that is about to come. */
const usageGraceMs = 5_000

/** A streamed answer. Until its first event is there another provider may still be tried. */
export async function answerStream(attempt: Try, head: UpstreamHead): Promise<Answer | Failure> {
  const { call, live, exchange } = attempt
  const scanner = call.dialect.scanStream(live.request, attempt.candidate.configured.provider.quirks)
  live.outputBytes = () => scanner.outputBytes
  let first: Uint8Array = new Uint8Array()
  while (first.length === 0) {
    const bytes = await exchange.read()
    if (!bytes) throw new UpstreamError('broken', 'The provider ended its stream before it began.')
    first = scanner.push(bytes)
  }
  if (scanner.failed) throw new UpstreamError('broken', 'The provider sent an error in place of a stream.')
  const ours = { ...attempt.headers, ...servedHeaders(attempt, live.attempts.length) }
  return {
    status: head.status,
    headers: headersDown(call.dialect, head.headers, ours),
    body: (sink) => relay(attempt, scanner, { first, sink }),
  }
}

/** Passes a stream on to its end, whatever that is, and settles. Never rejects. */
async function relay(
  attempt: Try,
  scanner: StreamScanner,
  { first, sink }: { first: Uint8Array; sink: Sink },
): Promise<void> {
  const { call, live, candidate, exchange, leaving } = attempt
  const leave = () => exchange.abort(new CallerLeft())
  leaving.do(() => {
    if (scanner.finished && !scanner.usage) setTimeout(leave, usageGraceMs)
    else leave()
  })
  let settled = false
  const settle = (broken?: unknown) => {
    if (!settled) settleStream(attempt, scanner, broken)
    settled = true
  }
  const broken = await pass(attempt, scanner, { first, sink, settle })
  settle(broken)
  if (!broken || broken instanceof CallerLeft || scanner.finished || leaving.left) return
  attempt.deps.log('warn', 'stream-broken', {
    call: live.id,
    provider: candidate.offer.provider,
    reason: String(broken),
  })
  await sink.write(call.dialect.errorEvent(failureOf(broken), live.id))
}

/** Puts down what the stream used, and settles. For a stream that failed before it brought anything nobody is charged. */
function settleStream({ call, live, sentAt }: Try, scanner: StreamScanner, broken: unknown): void {
  const told = scanner.finished ? scanner.usage : undefined
  const index = live.noteAnswer(sentAt, { status: 200, told, outputBytes: scanner.outputBytes })
  const outcome = outcomeOf(scanner, broken)
  const failedEmpty = outcome !== 'ok' && outcome !== 'cancelled' && scanner.outputBytes === 0
  call.caller.afterwards(live.settle({ outcome, ...(!failedEmpty && { served: index }) }))
}

interface Passing {
  readonly first: Uint8Array
  readonly sink: Sink
  /** Settles a stream that said that it ended: a provider may keep the connection for long after. */
  readonly settle: () => void
}

/** Sends the events down as they come. Returns what went wrong, if anything did. */
async function pass(
  { deps, exchange }: Try,
  scanner: StreamScanner,
  { first, sink, settle }: Passing,
): Promise<unknown> {
  const idleMs = deps.deadlines.idleSeconds * 1000
  try {
    for (let events = first; ;) {
      if (scanner.ended) settle()
      if (events.length > 0) await written(sink, events, idleMs)
      const bytes = await exchange.read()
      if (!bytes) break
      events = scanner.push(bytes)
    }
    const rest = scanner.rest()
    if (!scanner.finished && !scanner.failed)
      return new UpstreamError('broken', 'The provider ended its stream in the middle.')
    if (scanner.hidError) return new UpstreamError('broken', "The operator's account is at fault.")
    if (rest.length > 0) await written(sink, rest, idleMs)
    return undefined
  } catch (error) {
    exchange.abort(new Error('given up'))
    return error
  }
}

/** Waits until the caller took the bytes. One that takes none for as long as a provider may be idle has left, whatever its socket says. */
async function written(sink: Sink, bytes: Uint8Array, idleMs: number): Promise<void> {
  const full = sink.write(bytes)
  if (!full) return
  let timer: ReturnType<typeof setTimeout> | undefined
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CallerLeft()), idleMs)
  })
  try {
    await Promise.race([full, stalled])
  } catch (error) {
    sink.cut()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

function outcomeOf(scanner: StreamScanner, broken: unknown): Outcome {
  if (scanner.finished && !scanner.failed) return 'ok'
  if (broken instanceof CallerLeft) return 'cancelled'
  return broken instanceof UpstreamError && broken.reason === 'timed_out' ? 'timed_out' : 'failed'
}
