import { WeirError } from '../core/errors.ts'
import { orgOfKey } from '../core/keys.ts'
import { hashKey } from '../ledger/key-hash.ts'
import type { Policy } from '../ledger/policy.ts'
import type { Caller } from './answer.ts'
import type { PipelineDeps } from './deps.ts'
import { reachLedger, refusalError } from './unwrap.ts'

/** A key that was seen, and what it may do. */
export interface Credential {
  readonly org: string
  readonly keyHash: string
  readonly policy: Policy
}

/** A policy is asked for again after this long; `open` notices sooner if it changed. */
const keepForMs = 30_000
const keepAtMost = 10_000

/** Finds out who calls, with a short memory of keys seen. */
export class Authenticator {
  readonly #deps: Pick<PipelineDeps, 'ledger' | 'log'>
  readonly #seen = new Map<string, Credential & { readonly until: number }>()

  constructor(deps: Pick<PipelineDeps, 'ledger' | 'log'>) {
    this.#deps = deps
  }

  /** For a call, where `open` notices what changed since. Throws WeirError `invalid_key`; a mistyped key is refused without asking the ledger. */
  async authenticate(caller: Caller): Promise<Credential> {
    const key = keyOf(caller)
    if (key === undefined)
      throw new WeirError('invalid_key', 'No API key was sent. Send it as a bearer token.')
    const seen = this.#seen.get(key)
    if (seen && seen.until > Date.now() && !isExpired(seen.policy)) return seen
    return this.#ask(key)
  }

  /** For what opens no call: a key that was revoked a moment ago reads nothing any more. */
  async authenticateNow(caller: Caller): Promise<Credential> {
    this.forget(caller)
    return this.authenticate(caller)
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
    if (policy.kind === 'refusal') {
      this.#seen.delete(key)
      throw refusalError(policy)
    }
    if (!policy.scopes.includes('call'))
      throw new WeirError('forbidden', 'This key may not call models: it is for the admin API.')
    const credential = { org, keyHash, policy, until: Date.now() + keepForMs }
    if (this.#seen.size >= keepAtMost) this.#seen.clear()
    this.#seen.set(key, credential)
    return credential
  }
}

function isExpired(policy: Policy): boolean {
  return policy.expiresAt !== undefined && policy.expiresAt <= Date.now()
}

/** The key wherever the SDKs put it. */
function keyOf(caller: Caller): string | undefined {
  const authorization = caller.header('authorization')
  if (authorization !== undefined) return /^bearer +(\S+) *$/i.exec(authorization)?.[1] ?? ''
  return caller.header('x-api-key') ?? caller.header('x-goog-api-key') ?? caller.header('api-key')
}
