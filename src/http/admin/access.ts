import { WeirError } from '../../core/errors.ts'
import { orgOfId, slugOf, type IdKind } from '../../core/ids.ts'
import { hashKey } from '../../ledger/key-hash.ts'
import type { Change } from '../../ledger/records.ts'
import type { Admin } from './deps.ts'
import { invalid, notFound } from './errors.ts'

/** The org that a request is about, by its `org` field: an org's own admin may leave it out. */
export function orgFor(admin: Admin, given: string | undefined): string {
  if (given !== undefined) return visible(admin, slugOf(given))
  if (admin.org === undefined) throw invalid('org', 'the root key must name the org, by its id or its slug.')
  return admin.org
}

/** The org that an id names, if this admin may see it. */
export function orgOfVisible(admin: Admin, kind: IdKind, id: string): string {
  return visible(admin, orgOfId(kind, id))
}

/** The org that a request is about: that of the thing that it names, or else the one in its `org` field. */
export function orgAbout(
  admin: Admin,
  given: string | undefined,
  thing: { kind: IdKind; id: string } | undefined,
): string {
  if (!thing) return orgFor(admin, given)
  const org = orgOfVisible(admin, thing.kind, thing.id)
  if (given !== undefined && orgFor(admin, given) !== org) throw notFound()
  return org
}

function visible(admin: Admin, org: string | undefined): string {
  if (org === undefined || (admin.org !== undefined && admin.org !== org)) throw notFound()
  return org
}

/** An id that a request refers to, which must be of the org that it is about. */
export function idWithin(org: string, kind: IdKind, id: string): string {
  if (orgOfId(kind, id) !== org) throw notFound()
  return id
}

export function requireRoot(admin: Admin, doing: string): void {
  if (admin.org !== undefined) throw new WeirError('forbidden', `Only the root admin key may ${doing}.`)
}

/** What the audit will say of a change. */
export function changeBy(admin: Admin): Change {
  return { actor: admin.actor }
}

/** A change that makes something out of a body: once for each idempotency key. */
export function creationBy(
  admin: Admin,
  headers: { 'idempotency-key'?: string | undefined },
  body: unknown,
): Change {
  const idempotencyKey = headers['idempotency-key']
  if (idempotencyKey === undefined) return changeBy(admin)
  return { ...changeBy(admin), idempotencyKey, digest: hashKey(JSON.stringify(body)) }
}
