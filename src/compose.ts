import { loadCatalogue } from '../config/catalogue.ts'
import { customProviders } from '../config/custom-providers.ts'
import { parseWeirConfig } from '../config/weir-config.ts'
import { providers as knownProviders } from '../providers/index.ts'
import { operatorErrorsOf } from '../providers/operator-errors.ts'
import { createApp } from './app.ts'
import type { Transport } from './core/transport.ts'
import { BodyBudget } from './http/body-budget.ts'
import type { Edge } from './http/edge.ts'
import type { Ledger } from './ledger/ledger.ts'
import { log, setLogLevel } from './observe/log.ts'
import { Authenticator } from './pipeline/authenticate.ts'
import type { Outage } from './pipeline/outage.ts'
import { configureProviders, regionsOf } from './routing/configure.ts'
import type { Settings } from './settings.ts'
import type { Store } from './store/store.ts'

/** What a host brings: its environment, and the parts that only it can make. */
export interface Host {
  readonly environment: Readonly<Record<string, unknown>>
  readonly settings: Settings
  /** The text of WEIR_CONFIG, where there is one. */
  readonly configText: string | undefined
  readonly ledger: Ledger
  readonly store: Store
  readonly transport: Transport
  readonly edge: Edge
  readonly outage: Outage
  readonly settleForMs: number
  /** SHA-256 of the root admin key in hex; undefined if there is none. */
  readonly rootKeyHash: () => Promise<string | undefined>
}

/** Puts the gateway together on a host. Throws, naming the fault, if its configuration is wrong. */
export function compose(host: Host) {
  const { environment, settings, ledger } = host
  setLogLevel(settings.logLevel)
  const overlay = parseWeirConfig(host.configText ?? '{}')
  const custom = customProviders(overlay, operatorErrorsOf)
  const providers = [...knownProviders.filter(({ id }) => !custom.some((own) => own.id === id)), ...custom]
  const catalogue = loadCatalogue({ overlay, regions: regionsOf(providers, environment) })
  for (const offer of [...catalogue.models.values()].flat())
    if (!providers.some(({ id }) => id === offer.provider))
      throw new Error(
        `WEIR_CONFIG: the model ${offer.model} names the provider ${offer.provider}, which is not declared.`,
      )
  const configured = configureProviders(providers, environment, host.transport)
  return createApp({
    ledger,
    store: host.store,
    catalogue,
    providers: configured,
    transport: host.transport,
    deadlines: settings,
    leaseMs: settings.leaseSeconds * 1000,
    settleForMs: host.settleForMs,
    outage: host.outage,
    log,
    edge: host.edge,
    authenticator: new Authenticator({ ledger, log }),
    bodies: new BodyBudget(host.edge, settings.maxBodyBytes),
    rootKeyHash: host.rootKeyHash,
    listProviders: () =>
      providers.map(({ id, name, simulate }) => ({
        id,
        name,
        configured: configured.has(id),
        simulated: simulate !== undefined,
      })),
  })
}
