import type { Catalogue } from '../core/catalogue.ts'
import type { Log } from '../core/log.ts'
import type { ConfiguredProvider } from '../core/provider.ts'
import type { Transport } from '../core/transport.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Deadlines } from '../upstream/deadlines.ts'
import type { Outage } from './outage.ts'

/** Everything that the life of a call depends on. */
export interface PipelineDeps {
  readonly ledger: Ledger
  readonly catalogue: Catalogue
  readonly providers: ReadonlyMap<string, ConfiguredProvider>
  readonly transport: Transport
  readonly deadlines: Deadlines
  readonly leaseMs: number
  /** How long a settlement is tried that the ledger does not take, before it is left to the sweep. */
  readonly settleForMs: number
  readonly outage: Outage
  readonly log: Log
}
