import { WeirError } from '../core/errors.ts'
import { orgOfKey } from '../core/keys.ts'
import { hashKey } from '../ledger/key-hash.ts'
import { suspension, type Policy } from '../ledger/policy.ts'
import type { Caller } from './answer.ts'
import { briefed, oldestPolicyMs, type Credential } from './credential.ts'
import type { PipelineDeps } from './deps.ts'
import { reachLedger, refusalError } from './unwrap.ts'

/** A policy is asked for again after this long; `open` notices sooner if it changed. */
const keepForMs = 30_000
const keepAtMost = 10_000

/** Finds out who calls, with a short memory of keys seen, and a longer one for when the ledger cannot be reached. */
export class Authenticator {
  readonly #deps: Pick<PipelineDeps, 'ledger' | 'log'>
  /** Oldest first. */
  readonly #seen = new Map<string, Credential>()

  constructor(deps: Pick<PipelineDeps, 'ledger' | 'log'>) {
    this.#deps = deps
  }

  /** For a call, where `open` notices what changed since. Throws WeirError `invalid_key`; a mistyped key is refused without asking the ledger. */
  async authenticate(caller: Caller): Promise<Credential> {
    const key = requireKey(caller)
    const seen = this.#seen.get(key)
    if (seen && ageOf(seen) < keepForMs && !isExpired(seen.policy)) return seen
    const credential = await this.#ask(key).catch((error: unknown) => {
      // Whether the call may go on without the ledger is for its admin's allowance to say.
      if (isUnreachable(error) && seen && ageOf(seen) <= oldestPolicyMs && !isExpired(seen.policy))
        return seen
      throw error
    })
    const refusal = suspension(credential.policy)
    if (refusal) throw refusalError(refusal)
    return credential
  }

  /** For what opens no call: a key that was revoked a moment ago reads nothing any more. */
  authenticateNow(caller: Caller): Promise<Credential> {
    return this.#ask(requireKey(caller))
  }

  /** Forgets a key whose policy turned out to be stale or gone. */
  forget(caller: Caller): void {
    const key = keyOf(caller)
    if (key !== undefined) this.#seen.delete(key)
  }

  async #ask(key: string): Promise<Credential> {
    const org = orgOfKey(key)
    if (org === undefined) throw new WeirError('invalid_key', 'This is not an API key of this gateway.')
    const keyHash = hashKey(key)
    const policy = await reachLedger(this.#deps.log, this.#deps.ledger.book.policy(org, keyHash))
    this.#seen.delete(key)
    if (policy.kind === 'refusal') throw refusalError(policy)
    if (!policy.scopes.includes('call'))
      throw new WeirError('forbidden', 'This key may not call models: it is for the admin API.')
    const credential = briefed({ org, keyHash }, policy)
    if (!policy.suspended) this.#keep(key, credential)
    return credential
  }

  #keep(key: string, credential: Credential): void {
    const [oldest] = this.#seen.keys()
    if (this.#seen.size >= keepAtMost && oldest !== undefined) this.#seen.delete(oldest)
    this.#seen.set(key, credential)
  }
}

function ageOf({ askedAt }: Credential): number {
  return Date.now() - askedAt
}

function isUnreachable(error: unknown): boolean {
  return error instanceof WeirError && error.code === 'ledger_unavailable'
}

function isExpired(policy: Policy): boolean {
  return policy.expiresAt !== undefined && policy.expiresAt <= Date.now()
}

function requireKey(caller: Caller): string {
  const key = keyOf(caller)
  if (key === undefined) throw new WeirError('invalid_key', 'No API key was sent. Send it as a bearer token.')
  return key
}

/** The key wherever the SDKs put it. */
export function keyOf(caller: Caller): string | undefined {
  const authorization = caller.header('authorization')
  if (authorization !== undefined) return /^bearer +(\S+) *$/i.exec(authorization)?.[1] ?? ''
  return caller.header('x-api-key') ?? caller.header('x-goog-api-key') ?? caller.header('api-key')
}
