import { createWorker } from './create-worker.ts'
import { durableLedger, type LedgerBindings } from './platform/workers/durable-ledger.ts'

export { OrgDirectory } from './platform/workers/org-directory.ts'
export { OrgLedger } from './platform/workers/org-ledger.ts'

export default createWorker<LedgerBindings>({ kind: 'sqlite', connect: durableLedger })
