import { newId, orgId } from '../../core/ids.ts'
import { newAdminKey, newKey } from '../../core/keys.ts'
import { hashKey } from '../../ledger/key-hash.ts'
import type { Ledger } from '../../ledger/ledger.ts'

const setting = 'root-key-hash'
const org = 'demo'

/** What a first start made: texts that are told once and kept nowhere. */
export interface FirstStart {
  readonly adminKey: string
  readonly callerKey: string
}

/** On the first start without an admin key of the operator's: makes one, and an org with a key to call with. */
export async function firstStart(ledger: Ledger): Promise<FirstStart | undefined> {
  if ((await ledger.directory.setting(setting)) !== undefined) return undefined
  const adminKey = newAdminKey()
  const callerKey = newKey(org)
  const change = { actor: 'root' }
  await ledger.directory.claim({ slug: org, name: 'Demo' })
  await ledger.book.createOrg(org, { slug: org, name: 'Demo' }, change)
  const key = { id: newId('key', org), name: 'first key', scopes: ['call' as const], limits: [] }
  const created = await ledger.book.createKey(org, { ...key, hash: hashKey(callerKey) }, change)
  if (created.kind === 'refusal') throw new Error(`The first key could not be made in ${orgId(org)}.`)
  const kept = await ledger.directory.keepSetting(setting, hashKey(adminKey))
  // Of several processes that start at once on one ledger, one makes the key.
  return kept === hashKey(adminKey) ? { adminKey, callerKey } : undefined
}

export function storedRootKeyHash(ledger: Ledger): Promise<string | undefined> {
  return ledger.directory.setting(setting)
}
