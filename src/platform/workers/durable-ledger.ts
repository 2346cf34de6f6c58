import { connectLedger } from '../../ledger/connect.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { insist } from './insist.ts'
import type { OrgDirectory } from './org-directory.ts'
import type { OrgLedger } from './org-ledger.ts'

export interface LedgerBindings {
  readonly ORG_LEDGER: DurableObjectNamespace<OrgLedger>
  readonly ORG_DIRECTORY: DurableObjectNamespace<OrgDirectory>
}

/** The ledger behind Durable Objects. Every method may be sent again under the same id, so a lost answer is asked for once more. */
export function durableLedger(bindings: LedgerBindings): Ledger {
  return connectLedger({
    book: (org) => (method, args) =>
      insist(() => {
        const orgs = org.startsWith('eu-') ? pinnedToEu(bindings.ORG_LEDGER) : bindings.ORG_LEDGER
        return orgs.get(orgs.idFromName(org)).call(method, args) as Promise<never>
      }),
    directory: (method, args) =>
      insist(() => {
        const directories = bindings.ORG_DIRECTORY
        return directories.get(directories.idFromName('directory')).call(method, args) as Promise<never>
      }),
    close: async () => {},
  })
}

/** Jurisdictions exist on Cloudflare only: a local workerd says so, and has but one place to keep things. */
function pinnedToEu(orgs: LedgerBindings['ORG_LEDGER']): LedgerBindings['ORG_LEDGER'] {
  try {
    return orgs.jurisdiction('eu')
  } catch (error) {
    if (String(error).includes('not implemented in workerd')) return orgs
    throw error
  }
}
