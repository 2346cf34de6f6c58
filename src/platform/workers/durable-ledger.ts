import { connectLedger } from '../../ledger/connect.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { insist } from './insist.ts'
import { pinned } from './jurisdiction.ts'
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
        const orgs = pinned(bindings.ORG_LEDGER, org)
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
