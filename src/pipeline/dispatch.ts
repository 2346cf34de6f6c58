import { WeirError } from '../core/errors.ts'
import type { Transport, UpstreamHead, UpstreamRequest } from '../core/transport.ts'
import { noUsage } from '../core/usage.ts'
import { nothingSeen } from '../metering/estimate.ts'
import { sendWithin, UpstreamError } from '../upstream/deadlines.ts'
import { readAll } from '../upstream/read-all.ts'
import type { Answer } from './answer.ts'
import { servedHeaders, type Dispatch, type Try } from './attempt.ts'
import type { PricedCandidate } from './candidate.ts'
import { errorAnswer } from './error-answer.ts'
import { failureOf, lastError, rateLimited, type Failure } from './failure.ts'
import { CallerLeft, Leaving } from './leaving.ts'
import type { LiveCall } from './live-call.ts'
import { passageTo, type Passage } from './passage.ts'
import { answerStream } from './relay.ts'
import { scrubbed } from './scrub.ts'
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
    live.seen = () => nothingSeen
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
  const passage = findPassage(dispatching, candidate)
  if ('kind' in passage) return passage
  const request = await prepare(dispatching, candidate, passage)
  if ('kind' in request) return request
  const { deps } = dispatching
  const sentAt = performance.now()
  const exchange = sendWithin(deps.deadlines, transportTo(candidate, deps.transport), request)
  leaving.do(() => exchange.abort(new CallerLeft()))
  const attempt: Try = { ...dispatching, candidate, passage, exchange, leaving, sentAt }
  try {
    return await readAnswer(attempt, await exchange.head)
  } catch (error) {
    exchange.abort(new Error('given up'))
    return noteFailure(attempt, error)
  }
}

/** What cannot be said to one provider may be said to the next. */
function findPassage(dispatching: Dispatch, candidate: PricedCandidate): Passage | Failure {
  try {
    return passageTo(dispatching, candidate)
  } catch (error) {
    if (error instanceof WeirError && error.code === 'cannot_translate') return { kind: 'failure', error }
    throw error
  }
}

/** The request with the operator's credential. Nothing is sent where that cannot be had. */
async function prepare(
  { deps, live }: Dispatch,
  { configured, offer, speech }: PricedCandidate,
  passage: Passage,
): Promise<UpstreamRequest | Failure> {
  const request = {
    method: 'POST',
    url: configured.baseUrl + passage.path,
    headers: { ...passage.headers, ...configured.authHeaders },
    body: passage.body,
  } as const
  const edited = speech.edit ? speech.edit(request) : request
  if (!configured.authorize) return edited
  try {
    return await configured.authorize(edited)
  } catch (error) {
    deps.log('error', 'provider-credential-failed', {
      call: live.id,
      provider: offer.provider,
      reason: nameOf(error),
    })
    return { kind: 'failure', error: failureOf(undefined) }
  }
}

/** Its message might hold what the credential is made of. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}

function transportTo({ configured, speech }: PricedCandidate, network: Transport): Transport {
  const transport = configured.provider.simulate ?? network
  const { receive } = speech
  return receive ? (request) => receive(transport(request)) : transport
}

function readAnswer(attempt: Try, head: UpstreamHead): Promise<Answer | Failure> {
  const { status, headers } = head
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') throw new UpstreamError('broken', `The provider answered in ${encoding}.`)
  if (status < 200 || status > 299) return readError(attempt, head)
  const streamed = headers['content-type']?.toLowerCase().startsWith(attempt.passage.streamType) ?? false
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
  const { deps, call, live, candidate, passage, exchange, sentAt } = attempt
  // Its status tells that it is an error, and so costs nothing, even if its text cannot be had.
  const whole = await readAll(exchange, maxErrorBytes).catch(() => undefined)
  const body = whole && scrubbed(whole, candidate.configured.secrets)
  if (!body) exchange.abort(new Error('given up'))
  const { provider } = candidate.configured
  const facts = body ? passage.readError(body) : {}
  const operatorsFault = facts.code !== undefined && provider.quirks.operatorErrors.includes(facts.code)
  const index = live.noteAttempt(sentAt, { status: head.status, usage: noUsage, source: 'exact' })
  if (body && callersFault.has(head.status) && !operatorsFault) {
    call.caller.afterwards(live.settle({ outcome: 'failed' }))
    const ours = { ...attempt.headers, ...servedHeaders(attempt, index) }
    const error = passage.wordError(head.status, facts)
    if (error) return errorAnswer(call, error, ours)
    return { status: head.status, headers: passage.headersDown(head.headers, ours), body }
  }
  deps.log('warn', 'provider-refused', { call: live.id, provider: provider.id, status: head.status })
  if (head.status === 429 && !operatorsFault)
    return { kind: 'failure', error: rateLimited(head.headers['retry-after']) }
  return { kind: 'failure', error: failureOf(undefined) }
}
