import { WeirError } from '../core/errors.ts'
import type { UpstreamHead } from '../core/transport.ts'
import { noUsage } from '../core/usage.ts'
import { defaultOutputCap } from '../metering/estimate.ts'
import { sendWithin, UpstreamError } from '../upstream/deadlines.ts'
import { readAll } from '../upstream/read-all.ts'
import type { Answer } from './answer.ts'
import { servedHeaders, type Dispatch, type Try } from './attempt.ts'
import type { PricedCandidate } from './candidate.ts'
import { failureOf, lastError, rateLimited, type Failure } from './failure.ts'
import { headersDown, headersUp } from './headers.ts'
import { CallerLeft, Leaving } from './leaving.ts'
import type { LiveCall } from './live-call.ts'
import { answerStream } from './relay.ts'
import { answerWhole } from './whole.ts'

const maxErrorBytes = 256 * 1024

/** Tries the candidates in order until one serves. Throws WeirError if none does; the call is settled then. */
export async function dispatch(dispatching: Dispatch): Promise<Answer> {
  const { call, live } = dispatching
  const leaving = new Leaving(call.caller)
  const failures: Failure[] = []
  for (const [index, candidate] of live.candidates.entries()) {
    if (leaving.left) break
    live.serving = index
    live.outputBytes = () => 0
    const result = await tryCandidate(dispatching, candidate, leaving)
    if (!('kind' in result)) return result
    failures.push(result)
  }
  const error = lastError(failures)
  call.caller.afterwards(live.settle(endOf(live, leaving, error)))
  throw error
}

/** Who leaves pays for what was sent by then; for a provider that failed to begin nobody is charged. */
function endOf(live: LiveCall, leaving: Leaving, error: WeirError) {
  if (leaving.left) {
    const served = live.attempts.findLastIndex((attempt) => attempt.source === 'counted')
    return { outcome: 'cancelled' as const, ...(served >= 0 && { served }) }
  }
  return { outcome: error.code === 'upstream_timeout' ? ('timed_out' as const) : ('failed' as const) }
}

async function tryCandidate(
  dispatching: Dispatch,
  candidate: PricedCandidate,
  leaving: Leaving,
): Promise<Answer | Failure> {
  const { deps, call, live } = dispatching
  const { offer, configured } = candidate
  const { provider } = configured
  const body = call.dialect.rewrite(live.request, {
    org: call.credential.org,
    upstreamModel: offer.upstream,
    outputCap: defaultOutputCap(offer),
    ...(candidate.clamped && { clampTo: candidate.output.cap }),
    quirks: provider.quirks,
  })
  const sentAt = performance.now()
  const exchange = sendWithin(deps.deadlines, provider.simulate ?? deps.transport, {
    method: 'POST',
    url: configured.baseUrl + call.dialect.path,
    headers: headersUp(call.dialect, call.caller, configured),
    body,
  })
  leaving.do(() => exchange.abort(new CallerLeft()))
  const attempt: Try = { ...dispatching, candidate, exchange, leaving, sentAt }
  try {
    return await readAnswer(attempt, await exchange.head)
  } catch (error) {
    exchange.abort(new Error('given up'))
    return noteFailure(attempt, error)
  }
}

function readAnswer(attempt: Try, head: UpstreamHead): Promise<Answer | Failure> {
  const { status, headers } = head
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') throw new UpstreamError('broken', `The provider answered in ${encoding}.`)
  if (status < 200 || status > 299) return readError(attempt, head)
  const streamed = headers['content-type']?.toLowerCase().startsWith('text/event-stream') ?? false
  return streamed ? answerStream(attempt, head) : answerWhole(attempt, head)
}

/** An attempt that broke may have been billed: its input is put down as estimated. One that was never sent is none. */
function noteFailure({ deps, live, candidate, leaving, sentAt }: Try, error: unknown): Failure {
  if (error instanceof WeirError) throw error
  const provider = candidate.offer.provider
  if (!leaving.left) deps.log('warn', 'provider-failed', { call: live.id, provider, reason: String(error) })
  const sent = !(error instanceof UpstreamError) || error.sent
  if (sent) live.noteBroken(sentAt, leaving.left ? 'counted' : 'floor')
  return { kind: 'failure', error: failureOf(error) }
}

/** What the caller did wrong passes byte for byte; what is the operator's or the provider's fault is never shown. */
const callersFault: ReadonlySet<number> = new Set([400, 413, 422])

async function readError(attempt: Try, head: UpstreamHead): Promise<Answer | Failure> {
  const { deps, call, live, candidate, exchange, sentAt } = attempt
  // Its status tells that it is an error, and so costs nothing, even if its text cannot be had.
  const body = await readAll(exchange, maxErrorBytes).catch(() => undefined)
  if (!body) exchange.abort(new Error('given up'))
  const { provider } = candidate.configured
  const code = body && call.dialect.readErrorCode(body)
  const operatorsFault = code !== undefined && provider.quirks.operatorErrors.includes(code)
  const index = live.noteAttempt(sentAt, { status: head.status, usage: noUsage, source: 'exact' })
  if (body && callersFault.has(head.status) && !operatorsFault) {
    call.caller.afterwards(live.settle({ outcome: 'failed' }))
    const ours = { ...attempt.headers, ...servedHeaders(attempt, index) }
    return { status: head.status, headers: headersDown(call.dialect, head.headers, ours), body }
  }
  deps.log('warn', 'provider-refused', { call: live.id, provider: provider.id, status: head.status })
  if (head.status === 429 && !operatorsFault)
    return { kind: 'failure', error: rateLimited(head.headers['retry-after']) }
  return { kind: 'failure', error: failureOf(undefined) }
}
