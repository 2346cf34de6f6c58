import { createWorker } from './create-worker.ts'
import { durableLedger, type LedgerBindings } from './platform/workers/durable-ledger.ts'
import { durableStore, type StoreBindings } from './platform/workers/durable-store.ts'

export { OrgDirectory } from './platform/workers/org-directory.ts'
export { OrgLedger } from './platform/workers/org-ledger.ts'
export { OrgStore } from './platform/workers/org-store.ts'

export default createWorker<LedgerBindings & StoreBindings>({
  kind: 'sqlite',
  connect: durableLedger,
  store: durableStore,
})
