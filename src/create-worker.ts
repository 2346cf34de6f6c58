import { compose } from './compose.ts'
import { hashKey } from './ledger/key-hash.ts'
import type { Ledger } from './ledger/ledger.ts'
import { log } from './observe/log.ts'
import { memoryJournal } from './pipeline/journal.ts'
import { Outage } from './pipeline/outage.ts'
import { fetchTransport } from './platform/workers/fetch-transport.ts'
import { workerEdge } from './platform/workers/worker-edge.ts'
import { readSettings } from './settings.ts'
import type { Store } from './store/store.ts'

/** `waitUntil` ends 30 seconds after the answer. */
const settleForMs = 25_000

type Environment<Bindings> = Bindings & Readonly<Record<string, unknown>>

interface LedgerKind<Bindings> {
  readonly kind: 'sqlite' | 'redis'
  readonly connect: (bindings: Bindings) => Ledger
  readonly store: (bindings: Bindings) => Store
}

/** A Worker on a ledger that its bindings lead to. */
export function createWorker<Bindings>({
  kind,
  connect,
  store,
}: LedgerKind<Bindings>): ExportedHandler<Environment<Bindings>> {
  let app: ReturnType<typeof compose> | undefined
  return {
    fetch(request, environment, context) {
      app ??= start(environment, { kind, ledger: connect(environment), store: store(environment) })
      const answer = Promise.resolve(app.fetch(request, environment, context))
      // A caller that leaves before the answer begins takes the request along; the call must be settled all the same.
      context.waitUntil(answer)
      return answer
    },
  }
}

function start(
  environment: Readonly<Record<string, unknown>>,
  { kind, ledger, store }: { kind: 'sqlite' | 'redis'; ledger: Ledger; store: Store },
) {
  const settings = readSettings(environment)
  // Either Worker would start with the other's setting, and keep its books where nobody looks for them.
  if ((settings.ledger === 'sqlite') !== (kind === 'sqlite'))
    throw new Error(
      'WEIR_LEDGER: a Redis is for the Worker of `wrangler deploy --env redis`, and only for that.',
    )
  return compose({
    environment,
    settings,
    configText: settings.config,
    ledger,
    store,
    transport: fetchTransport,
    edge: workerEdge(settings.maxBodyBytes),
    outage: new Outage({ ledger, journal: memoryJournal(), log, settleForMs }),
    settleForMs,
    rootKeyHash: async () => (settings.adminKey === undefined ? undefined : hashKey(settings.adminKey)),
  })
}
