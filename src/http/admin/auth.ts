import { timingSafeEqual } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { WeirError } from '../../core/errors.ts'
import { orgOfKey } from '../../core/keys.ts'
import { hashKey } from '../../ledger/key-hash.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { KeyScope, Policy } from '../../ledger/policy.ts'
import type { Admin, AdminDeps, AdminEnv } from './deps.ts'
import { ask } from './errors.ts'

/** Lets in the root admin key, and keys of an org that have the scope `admin`, or `read` for reading. */
export function authenticate({ ledger, rootKeyHash }: AdminDeps): MiddlewareHandler<AdminEnv> {
  return async (c, next) => {
    const rootHash = await ask(rootKeyHash())
    if (!rootHash) {
      throw new WeirError(
        'admin_disabled',
        'The admin API is off: set WEIR_ADMIN_KEY, then use it as the bearer key.',
      )
    }
    const key = bearerKey(c.req.header('authorization'))
    const reads = c.req.method === 'GET' || c.req.method === 'HEAD'
    c.set('admin', sameText(hashKey(key), rootHash) ? { actor: 'root' } : await orgAdmin(ledger, key, reads))
    await next()
  }
}

function bearerKey(header: string | undefined): string {
  const key = /^bearer +(\S+)$/i.exec(header ?? '')?.[1]
  if (!key) throw new WeirError('invalid_key', 'Send an admin key: `Authorization: Bearer <key>`.')
  return key
}

/** Compares in a time that does not tell where two texts differ. */
function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
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
  const policy = await ask(ledger.book.policy(org, hashKey(key))).catch((error: unknown) => {
    // An org that never was must look like a key that never was.
    if (error instanceof WeirError && error.fault === 'caller') throw unknown
    throw error
  })
  return policy
}
