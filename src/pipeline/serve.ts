import type { Dialect, ModelRequest } from '../core/dialect.ts'
import { WeirError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import type { Hold } from '../ledger/call.ts'
import { planCall, type PlannedCandidate } from '../routing/plan.ts'
import type { Answer } from './answer.ts'
import type { IncomingCall } from './attempt.ts'
import type { Authenticator } from './authenticate.ts'
import type { PipelineDeps } from './deps.ts'
import { dispatch } from './dispatch.ts'
import { limitHeaders } from './headers.ts'
import { ledgerCandidate, LiveCall } from './live-call.ts'
import { giveBack } from './settle.ts'
import { readTags } from './tags.ts'
import { reachLedger, refusalError } from './unwrap.ts'

interface Opened {
  readonly hold: Hold
  readonly candidates: readonly PlannedCandidate[]
}

/** A policy may change between two tries; one that changes more often than this is left for the caller to try again. */
const planTries = 3

/** The life of a call: read, plan, estimate, open; then dispatch, meter and settle. Throws WeirError where nothing was sent. */
export async function serve(
  deps: PipelineDeps & { authenticator: Authenticator },
  call: IncomingCall,
): Promise<Answer> {
  const request = call.dialect.read(call.body)
  const { hold, candidates } = await open(deps, call, request)
  const live = new LiveCall(deps, { id: hold.id, org: call.credential.org, request, candidates })
  const headers = { 'x-request-id': hold.id, ...limitHeaders(hold.limits, hold.openedAt) }
  try {
    return await dispatch({ deps, call, live, headers })
  } catch (error) {
    call.caller.afterwards(live.settle({ outcome: 'failed' }))
    throw error
  }
}

async function open(
  deps: PipelineDeps & { authenticator: Authenticator },
  { dialect, caller, credential, requestId }: IncomingCall,
  request: ModelRequest,
): Promise<Opened> {
  const { org, keyHash } = credential
  const tags = readTags(caller.header('x-weir-tags'))
  let { policy } = credential
  for (let tries = 0; tries < planTries; tries++) {
    const plan = { catalogue: deps.catalogue, providers: deps.providers, dialect: dialect.id }
    const planned = planCall({ ...plan, allowed: policy.models, name: request.model, time: Date.now() })
    const candidates = fittingCandidates(dialect, request, planned)
    const asked = {
      id: requestId,
      keyHash,
      policyVersion: policy.version,
      tags,
      candidates: candidates.map((candidate) => ledgerCandidate(request, candidate)),
    }
    const answer = await reachLedger(deps.log, deps.ledger.book.open(org, asked)).catch((error: unknown) => {
      caller.afterwards(giveBack(deps, org, requestId))
      throw error
    })
    if (answer.kind === 'hold') return { hold: answer, candidates }
    deps.authenticator.forget(caller)
    if (answer.kind === 'refusal') throw refusalError(answer)
    policy = answer.policy
  }
  throw new WeirError('overloaded', 'The key is being changed; try again.', { retryAfterSeconds: 1 })
}

/** Those whose provider may get what was sent. Throws what the first has against it if there is none. */
function fittingCandidates(
  dialect: Dialect,
  request: ModelRequest,
  planned: readonly PlannedCandidate[],
): readonly PlannedCandidate[] {
  const judged = planned.map((candidate) => ({
    candidate,
    refusal: dialect.refusalFor(request, candidate.configured.provider.quirks),
  }))
  const fitting = judged.filter(({ refusal }) => !refusal)
  const refusal = judged[0]?.refusal
  if (fitting.length === 0 && refusal) throw refusal
  return fitting.map(({ candidate }) => candidate)
}

/** The id that a call of an org will have. */
export function newRequestId(org: string): string {
  return newId('req', org)
}
