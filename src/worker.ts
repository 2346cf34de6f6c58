import { compose } from './compose.ts'
import { hashKey } from './ledger/key-hash.ts'
import { durableLedger, type LedgerBindings } from './platform/workers/durable-ledger.ts'
import { fetchTransport } from './platform/workers/fetch-transport.ts'
import { workerEdge } from './platform/workers/worker-edge.ts'
import { readSettings } from './settings.ts'

export { OrgDirectory } from './platform/workers/org-directory.ts'
export { OrgLedger } from './platform/workers/org-ledger.ts'

type Environment = LedgerBindings & Readonly<Record<string, unknown>>

function start(environment: Environment) {
  const settings = readSettings(environment)
  return compose({
    environment,
    settings,
    configText: settings.config,
    ledger: durableLedger(environment),
    transport: fetchTransport,
    edge: workerEdge(settings.maxBodyBytes),
    rootKeyHash: async () => (settings.adminKey === undefined ? undefined : hashKey(settings.adminKey)),
  })
}

let app: ReturnType<typeof start> | undefined

export default {
  fetch(request, environment, context) {
    app ??= start(environment)
    const answer = Promise.resolve(app.fetch(request, environment, context))
    // A caller that leaves before the answer begins takes the request along; the call must be settled all the same.
    context.waitUntil(answer)
    return answer
  },
} satisfies ExportedHandler<Environment>
