import { timingSafeEqual } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { WeirError } from '../../core/errors.ts'
import { orgOfKey } from '../../core/keys.ts'
import { hashKey } from '../../ledger/key-hash.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { KeyScope } from '../../ledger/key-scope.ts'
import type { Policy } from '../../ledger/policy.ts'
import type { Admin, AdminDeps, AdminEnv } from './deps.ts'
import { ask } from './errors.ts'

/** Lets in the root admin key, and keys of an org that have the scope `admin`, or `read` for reading. */
export function authenticate(deps: AdminDeps): MiddlewareHandler<AdminEnv> {
  return async (c, next) => {
    const rootHash = await ask(deps.rootKeyHash())
    if (!rootHash) {
      throw new WeirError(
        'admin_disabled',
        'The admin API is off: set WEIR_ADMIN_KEY, then use it as the bearer key.',
      )
    }
    const key = bearerKey(c.req.header('authorization'))
    const reads = c.req.method === 'GET' || c.req.method === 'HEAD'
    const isRoot = sameText(hashKey(key), rootHash)
    c.set('admin', isRoot ? { actor: 'root' } : await orgAdmin(deps.ledger, key, reads))
    await next()
  }
}

function bearerKey(header: string | undefined): string {
  const key = /^bearer +(\S+)$/i.exec(header ?? '')?.[1]
  if (!key) throw new WeirError('invalid_key', 'Send an admin key: `Authorization: Bearer <key>`.')
  return key
}

const encoder = new TextEncoder()

/** Compares in a time that does not tell where two texts differ. */
function sameText(a: string, b: string): boolean {
  const [left, right] = [encoder.encode(a), encoder.encode(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

async function orgAdmin(ledger: Ledger, key: string, reads: boolean): Promise<Admin> {
  const policy = await policyOf(ledger, key)
  const allowed: KeyScope[] = reads ? ['admin', 'read'] : ['admin']
  if (!policy.scopes.some((scope) => allowed.includes(scope))) {
    throw new WeirError('forbidden', `This key may not do that: it lacks the scope ${allowed.join(' or ')}.`)
  }
  return { actor: policy.keyId, org: policy.org }
}

async function policyOf(ledger: Ledger, key: string): Promise<Policy> {
  const unknown = new WeirError('invalid_key', 'This admin key is unknown, revoked or expired.')
  const org = orgOfKey(key)
  if (!org) throw unknown
  return ask(ledger.book.policy(org, hashKey(key))).catch((error: unknown) => {
    // An org that never was must look like a key that never was.
    throw error instanceof WeirError && error.fault === 'caller' ? unknown : error
  })
}
