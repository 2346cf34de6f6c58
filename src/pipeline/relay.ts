import { concatBytes } from '../core/bytes.ts'
import type { StreamScanner } from '../core/dialect.ts'
import type { UpstreamHead } from '../core/transport.ts'
import { UpstreamError } from '../upstream/deadlines.ts'
import type { Answer, Sink } from './answer.ts'
import { servedHeaders, type Try } from './attempt.ts'
import { BudgetSpent, Coverage } from './coverage.ts'
import { failureOf, type Failure } from './failure.ts'
import { CallerLeft } from './leaving.ts'
import { scrubbed } from './scrub.ts'
import { StreamEnd } from './stream-end.ts'

/** A caller that leaves after the model finished is no reason to miss the usage that is about to come. */
const usageGraceMs = 5_000

/** A streamed answer. Until its first event is there another provider may still be tried. */
export async function answerStream(attempt: Try, head: UpstreamHead): Promise<Answer | Failure> {
  const { live, passage, exchange, wishes } = attempt
  const scanner = passage.scan({ holdEnd: wishes.usageEvent })
  live.seen = () => scanner
  let first: Uint8Array = new Uint8Array()
  while (first.length === 0 && !scanner.ended) {
    const bytes = await exchange.read()
    if (!bytes) throw new UpstreamError('broken', 'The provider ended its stream before it began.')
    first = scanner.push(bytes)
  }
  if (scanner.failed) throw new UpstreamError('broken', 'The provider sent an error in place of a stream.')
  const ours = { ...attempt.headers, ...servedHeaders(attempt, live.attempts.length) }
  return {
    status: head.status,
    headers: passage.headersDown(head.headers, ours),
    body: (sink) => relay(attempt, scanner, { first, sink }),
  }
}

/** Passes a stream on to its end, whatever that is, and settles. Never rejects. */
async function relay(
  attempt: Try,
  scanner: StreamScanner,
  { first, sink }: { first: Uint8Array; sink: Sink },
): Promise<void> {
  const { live, candidate, exchange, leaving } = attempt
  const coverage = new Coverage(live, candidate)
  const end = new StreamEnd(attempt, scanner)
  const leave = () => {
    coverage.stop()
    exchange.abort(new CallerLeft())
  }
  let grace: ReturnType<typeof setTimeout> | undefined
  leaving.do(() => {
    if (scanner.finished && !scanner.usage) grace = setTimeout(leave, usageGraceMs)
    else leave()
  })
  const broken = await pass(attempt, scanner, { first, sink, coverage, end })
  clearTimeout(grace)
  end.settle(broken)
  const last = leaving.left ? undefined : lastEvents(attempt, scanner, { end, broken })
  if (last) await written(sink, last, idleMsOf(attempt)).catch(() => {})
}

/** What is told where the stream does not end by itself, or ended without an end of its own. */
function lastEvents(
  { deps, call, live, candidate }: Try,
  scanner: StreamScanner,
  { end, broken }: { end: StreamEnd; broken: unknown },
): Uint8Array | undefined {
  if (broken instanceof CallerLeft) return undefined
  if (scanner.finished) return end.finish()
  if (!broken) return undefined
  if (broken instanceof BudgetSpent) return end.cut(broken)
  const reason = String(broken)
  deps.log('warn', 'stream-broken', { call: live.id, provider: candidate.offer.provider, reason })
  return call.dialect.errorEvent(failureOf(broken), live.id, live.request)
}

interface Passing {
  readonly first: Uint8Array
  readonly sink: Sink
  readonly coverage: Coverage
  readonly end: StreamEnd
}

/** Sends the events down until the provider ends. Returns what went wrong, if anything did. */
async function pass(attempt: Try, scanner: StreamScanner, passing: Passing): Promise<unknown> {
  try {
    await passEvents(attempt, scanner, passing)
    const rest = clean(attempt, scanner, scanner.rest())
    if (!scanner.finished && !scanner.failed)
      return new UpstreamError('broken', 'The provider ended its stream in the middle.')
    if (scanner.hidError) return new UpstreamError('broken', "The operator's account is at fault.")
    if (rest.length > 0) await written(passing.sink, rest, idleMsOf(attempt))
    return undefined
  } catch (error) {
    attempt.exchange.abort(new Error('given up'))
    return error
  }
}

/** Sends the events down as they come, as long as the hold covers them. */
async function passEvents(
  attempt: Try,
  scanner: StreamScanner,
  { first, sink, coverage, end }: Passing,
): Promise<void> {
  const idleMs = idleMsOf(attempt)
  for (let events = first; ;) {
    // A provider may keep the connection for long after it said that the stream ended.
    if (scanner.ended) events = concatBytes([events, end.finish()])
    if (events.length > 0) await written(sink, events, idleMs)
    if (!scanner.finished) await coverage.next(scanner.outputBytes)
    const bytes = await attempt.exchange.read()
    if (!bytes) return
    events = clean(attempt, scanner, scanner.push(bytes))
  }
}

/** An error's own words pass, but never the operator's secrets. */
function clean({ candidate }: Try, scanner: StreamScanner, events: Uint8Array): Uint8Array {
  return scanner.failed ? scrubbed(events, candidate.configured.secrets) : events
}

function idleMsOf({ deps }: Try): number {
  return deps.deadlines.idleSeconds * 1000
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
