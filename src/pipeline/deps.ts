import type { Catalogue } from '../core/catalogue.ts'
import type { Log } from '../core/log.ts'
import type { ConfiguredProvider } from '../core/provider.ts'
import type { Transport } from '../core/transport.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Deadlines } from '../upstream/deadlines.ts'

/** Everything that the life of a call depends on. */
export interface PipelineDeps {
  readonly ledger: Ledger
  readonly catalogue: Catalogue
  readonly providers: ReadonlyMap<string, ConfiguredProvider>
  readonly transport: Transport
  readonly deadlines: Deadlines
  readonly leaseMs: number
  readonly log: Log
}
