import type { Catalogue } from '../../core/catalogue.ts'
import type { Log } from '../../core/log.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Edge } from '../edge.ts'

/** A provider as admins see it. */
export interface ProviderStatus {
  readonly id: string
  readonly name: string
  /** Whether it has the credential that it needs. */
  readonly configured: boolean
  /** Whether it only pretends to be a model. */
  readonly simulated: boolean
}

/** What the admin API needs of the gateway. */
export interface AdminDeps {
  readonly ledger: Ledger
  /** SHA-256 of the root admin key in hex; undefined if none was ever set. */
  rootKeyHash(): Promise<string | undefined>
  readonly log: Log
  readonly catalogue: Catalogue
  readonly edge: Edge
  listProviders(): readonly ProviderStatus[]
}

/** Who is asking: root, or an admin key of one org. */
export interface Admin {
  /** `root`, or the id of the key; audit rows name it. */
  readonly actor: string
  /** Slug of the only org that this admin may see; absent for root. */
  readonly org?: string
}

/** What the admin API's middleware leaves for its handlers. */
export interface AdminEnv {
  Variables: { admin: Admin }
}
