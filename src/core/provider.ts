import type { DialectId } from './dialect.ts'
import type { Exchange, Transport, UpstreamRequest } from './transport.ts'

type Environment = Readonly<Record<string, unknown>>

/** Puts the operator's credential on a request, where that takes more than a constant header. */
export type Authorize = (request: UpstreamRequest) => Promise<UpstreamRequest>

/** How a provider knows the operator. Secrets are read from the environment, never from a caller. */
export type Auth =
  /** The secret goes up in one header. */
  | { readonly kind: 'header'; readonly env: string; readonly header: string; readonly prefix: string }
  /** Signs each request, or trades one secret for another now and then. `configure` gives undefined without a credential. */
  | {
      readonly kind: 'signed'
      /** The environment names that it reads. */
      readonly envs: readonly string[]
      readonly configure: (environment: Environment, send: Transport) => Authorize | undefined
    }
  /** Needs no credential. */
  | { readonly kind: 'none' }

/** One way in which a provider can be spoken to. */
export interface Speech {
  readonly dialect: DialectId
  /** Globs of its own names of the models that can be reached so; absent means all. */
  readonly models?: readonly string[]
  /** Between the base address and the dialect's path. */
  readonly prefix?: string
  /** In place of the dialect's path. */
  readonly path?: (target: { readonly model: string; readonly stream: boolean }) => string
  /** What the provider has otherwise than the dialect in what goes up, before it is authorised. */
  readonly edit?: (request: UpstreamRequest) => UpstreamRequest
  /** What the provider has otherwise than the dialect in what comes back. */
  readonly receive?: (exchange: Exchange) => Exchange
}

/** Where a provider is called. */
export interface Location {
  readonly baseUrl: string
  /** The region whose prices hold there; absent where the provider has but one list of prices. */
  readonly region?: string
}

/** The ways in which a provider departs from the dialect that it speaks. */
export interface Quirks {
  /** Whether it knows `stream_options.include_usage`. Without it, usage is only asked for by streaming. */
  readonly streamOptions: boolean
  /** The fields that cap the output and that it obeys; the first is used where a cap is added. */
  readonly maxTokensFields: readonly string[]
  /** Fields that buy more than tokens or keep state, and that only this provider knows: refused while they are on. */
  readonly refusedFields: readonly string[]
  /** Of a message in OpenAI's chat: where the provider takes back what its model thought, in the clear. Others refuse such a field. */
  readonly thoughtField: 'reasoning_content' | 'reasoning' | undefined
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
  /**
   * Where it is called, if that depends on the operator's account; undefined where too little is set for it, or nothing of use.
   * Whatever becomes a part of a host's name is checked here.
   */
  readonly locate: ((environment: Environment) => Location | undefined) | undefined
  /** In order of preference, where the caller speaks none of them. */
  readonly speaks: { readonly chat: readonly Speech[] }
  readonly quirks: Quirks
  /** A model inside the gateway in place of the network. Marks the provider as simulated wherever it is named. */
  readonly simulate: Transport | undefined
}

/** As OpenAI words them, and most who speak like it. */
export const standardOperatorErrors: readonly string[] = [
  'insufficient_quota',
  'billing_not_active',
  'invalid_api_key',
]

const standardQuirks: Quirks = {
  streamOptions: true,
  maxTokensFields: ['max_completion_tokens', 'max_tokens'],
  refusedFields: [],
  thoughtField: undefined,
  tenantFields: [],
  operatorErrors: standardOperatorErrors,
}

type ProviderSpec = Pick<Provider, 'id' | 'name' | 'baseUrl' | 'auth'> &
  Partial<Pick<Provider, 'regions' | 'region' | 'simulate' | 'baseUrlEnv' | 'locate'>> & {
    /** A dialect alone stands for itself without departures. */
    readonly speaks: { readonly chat: readonly (DialectId | Speech)[] }
    readonly quirks?: Partial<Quirks>
  }

/** Fills in what a provider leaves unsaid: it then behaves exactly as its dialects do. */
export function defineProvider(spec: ProviderSpec): Provider {
  const chat = spec.speaks.chat.map((spoken) => (typeof spoken === 'string' ? { dialect: spoken } : spoken))
  return {
    ...spec,
    regions: spec.regions ?? {},
    region: spec.region,
    baseUrlEnv: spec.baseUrlEnv ?? (spec.auth.kind === 'header' ? baseUrlEnvOf(spec.auth.env) : undefined),
    locate: spec.locate,
    speaks: { chat },
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
  return { kind: 'header', env, header: 'authorization', prefix: 'Bearer ' }
}

/** A credential that goes up as it is, in a header of the provider's own. */
export function keyHeader(header: string, env: string): Auth {
  return { kind: 'header', env, header, prefix: '' }
}

/** A provider with the operator's credential and address, as it will be called. */
export interface ConfiguredProvider {
  readonly provider: Provider
  readonly baseUrl: string
  readonly region: string | undefined
  /** Headers that authenticate the operator. Never logged, never sent down. */
  readonly authHeaders: Readonly<Record<string, string>>
  /** The operator's secrets as they are, to be taken out of what the provider says of its errors. */
  readonly secrets: readonly string[]
  /** What else a request needs before it is sent. */
  readonly authorize?: Authorize
}
