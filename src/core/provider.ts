import type { DialectId } from './dialect.ts'
import type { Transport } from './transport.ts'

/** How a provider knows the operator. The secret is read from the environment under `env`, never from a caller. */
export type Auth =
  | { readonly kind: 'bearer'; readonly env: string }
  /** Needs no credential. */
  | { readonly kind: 'none' }

/** The ways in which a provider departs from the dialect that it speaks. */
export interface Quirks {
  /** Whether it knows `stream_options.include_usage`. Without it, usage is only asked for by streaming. */
  readonly streamOptions: boolean
  /** The fields that cap the output and that it obeys; the first is used where a cap is added. */
  readonly maxTokensFields: readonly string[]
  /** Fields that buy more than tokens or keep state, and that only this provider knows: refused while they are on. */
  readonly refusedFields: readonly string[]
  /** Fields with an end user's id or a cache key, beside the dialect's own: prefixed by org on the way up. */
  readonly tenantFields: readonly string[]
  /** Error codes that mean the operator's account is at fault (unpaid, out of credit) whatever the status says: no caller is told. */
  readonly operatorErrors: readonly string[]
}

/** A provider as data. */
export interface Provider {
  readonly id: string
  readonly name: string
  readonly baseUrl: string
  /** Other addresses with other prices, by region. The default address is that of `region`. */
  readonly regions: Readonly<Record<string, string>>
  readonly region: string | undefined
  readonly auth: Auth
  /** The environment name that moves its address. */
  readonly baseUrlEnv: string | undefined
  readonly speaks: { readonly chat: DialectId }
  readonly quirks: Quirks
  /** A model inside the gateway in place of the network. Marks the provider as simulated wherever it is named. */
  readonly simulate: Transport | undefined
}

const standardQuirks: Quirks = {
  streamOptions: true,
  maxTokensFields: ['max_completion_tokens', 'max_tokens'],
  refusedFields: [],
  tenantFields: [],
  operatorErrors: ['insufficient_quota', 'billing_not_active', 'invalid_api_key'],
}

type ProviderSpec = Pick<Provider, 'id' | 'name' | 'baseUrl' | 'auth' | 'speaks'> &
  Partial<Pick<Provider, 'regions' | 'region' | 'simulate'>> & { readonly quirks?: Partial<Quirks> }

/** Fills in what a provider leaves unsaid: it then behaves exactly as its dialect does. */
export function defineProvider(spec: ProviderSpec): Provider {
  return {
    ...spec,
    regions: spec.regions ?? {},
    region: spec.region,
    baseUrlEnv: spec.auth.kind === 'bearer' ? baseUrlEnvOf(spec.auth.env) : undefined,
    quirks: { ...standardQuirks, ...spec.quirks },
    simulate: spec.simulate,
  }
}

/** `OPENAI_API_KEY` -> `OPENAI_BASE_URL`. */
function baseUrlEnvOf(keyEnv: string): string {
  return `${keyEnv.replace(/_(API_)?(KEY|TOKEN)$/, '')}_BASE_URL`
}

/** A credential that goes up as `authorization: Bearer …`. */
export function bearer(env: string): Auth {
  return { kind: 'bearer', env }
}

/** A provider with the operator's credential and address, as it will be called. */
export interface ConfiguredProvider {
  readonly provider: Provider
  readonly baseUrl: string
  readonly region: string | undefined
  /** Headers that authenticate the operator. Never logged, never sent down. */
  readonly authHeaders: Readonly<Record<string, string>>
}
