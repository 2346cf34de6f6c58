import { largest } from '../core/amounts.ts'
import type { ModelRequest } from '../core/dialect.ts'
import { WeirError } from '../core/errors.ts'
import type { Hold, OpenCall, Refusal, Stale } from '../ledger/call.ts'
import { planCall } from '../routing/plan.ts'
import type { IncomingCall } from './attempt.ts'
import type { Authenticator } from './authenticate.ts'
import { fitting, ledgerCandidate, priced, type PricedCandidate } from './candidate.ts'
import { clampFor } from './clamp.ts'
import { briefed, type Credential } from './credential.ts'
import type { PipelineDeps } from './deps.ts'
import type { Opened } from './opened.ts'
import { giveBack } from './settle.ts'
import { ledgerUnavailable } from './unwrap.ts'
import type { Wishes } from './wishes.ts'

/** A policy may change between two tries; one that changes more often than this is left for the caller to try again. */
const planTries = 3
/** Others may take, meanwhile, what a call was clamped to. */
const clampTries = 4

type Deps = PipelineDeps & { readonly authenticator: Authenticator }

/** What is asked for, and under what it is planned. */
interface Asked {
  readonly request: ModelRequest
  readonly wishes: Wishes
  readonly credential: Credential
  readonly clampTo: number | undefined
}

/**
 * Plans, estimates, and takes the hold: with less output, where a limit that may clamp affords no more. Throws WeirError where
 * nothing may or can serve the call.
 */
export async function openCall(
  deps: Deps,
  call: IncomingCall,
  wanted: { readonly request: ModelRequest; readonly wishes: Wishes },
): Promise<Opened | Refusal> {
  let { credential } = call
  let clampTo: number | undefined
  for (let plans = 1, clamps = 0; ;) {
    const asked = { ...wanted, credential, clampTo }
    const candidates = candidatesFor(deps, call, asked)
    const opening = openingOf(call, asked, candidates)
    const answer = await ask(deps, call, { org: credential.org, opening })
    const opened = { kind: 'opened', call: opening, candidates, credential } as const
    if (!answer) return goOnWithoutLedger(deps, call, { ...opened, openedAt: Date.now() })
    if (answer.kind === 'hold') return { ...opened, openedAt: answer.openedAt, hold: answer }
    if (answer.kind === 'stale') {
      deps.authenticator.forget(call.caller)
      if (plans++ === planTries) throw keepsChanging()
      credential = briefed(credential, answer.policy)
    } else {
      clampTo = clamps++ < clampTries ? clampFor(answer, candidates) : undefined
      if (clampTo === undefined) return refusedBy(deps, call, answer)
    }
  }
}

/** Those that may serve the call, in order, with what it may use of each. */
function candidatesFor(
  { catalogue, providers }: PipelineDeps,
  { dialect }: IncomingCall,
  { request, credential: { policy }, clampTo }: Asked,
): readonly PricedCandidate[] {
  const plan = { catalogue, providers, dialect: dialect.id, allowed: policy.models, name: request.model }
  const planned = planCall({ ...plan, time: Date.now() })
  return fitting(dialect, request, planned).map((candidate) =>
    priced(request, candidate, { policy, clampTo }),
  )
}

function openingOf(
  { requestId }: IncomingCall,
  { request, wishes, credential }: Asked,
  candidates: readonly PricedCandidate[],
): OpenCall {
  return {
    id: requestId,
    keyHash: credential.keyHash,
    policyVersion: credential.policy.version,
    tags: wishes.tags,
    ...(request.endUser !== undefined && { endUser: request.endUser }),
    candidates: candidates.map(ledgerCandidate),
  }
}

/** The answer of the ledger; undefined if it cannot be reached. */
async function ask(
  { ledger, log, outage }: PipelineDeps,
  { caller }: IncomingCall,
  { org, opening }: { readonly org: string; readonly opening: OpenCall },
): Promise<Hold | Stale | Refusal | undefined> {
  try {
    const answer = await ledger.book.open(org, opening)
    if (outage.waiting) caller.afterwards(outage.flush())
    return answer
  } catch (error) {
    log('error', 'ledger-unreachable', { call: opening.id, reason: String(error) })
    return undefined
  }
}

/** What was not refused but not answered may go on, where the admin said so. Else it is given back, should the ledger hold it. */
async function goOnWithoutLedger(deps: Deps, { caller }: IncomingCall, opened: Opened): Promise<Opened> {
  const { call, credential } = opened
  const { cost } = largest(call.candidates.map(({ hold }) => hold))
  if (await deps.outage.admit(opened, cost)) return opened
  caller.afterwards(giveBack(deps, credential.org, call.id))
  throw ledgerUnavailable()
}

/** What a limit refuses says nothing against the key; anything else does. */
function refusedBy({ authenticator }: Deps, { caller }: IncomingCall, refusal: Refusal): Refusal {
  if (!refusal.limit) authenticator.forget(caller)
  return refusal
}

function keepsChanging(): WeirError {
  return new WeirError('overloaded', 'The key is being changed; try again.', { retryAfterSeconds: 1 })
}
