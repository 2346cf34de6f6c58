import type { Authorize, ConfiguredProvider, Location, Provider } from '../core/provider.ts'
import type { Transport } from '../core/transport.ts'

type Environment = Readonly<Record<string, unknown>>

/** Providers that can be called: those whose credential the operator set. Throws if an address is no http(s) URL. */
export function configureProviders(
  providers: readonly Provider[],
  environment: Environment,
  send: Transport,
): ReadonlyMap<string, ConfiguredProvider> {
  const configured = new Map<string, ConfiguredProvider>()
  for (const provider of providers) {
    const credential = authenticate(provider, environment, send)
    const { baseUrl, region } = locate(provider, environment)
    if (!credential || baseUrl === undefined) continue
    configured.set(provider.id, { provider, baseUrl, region, ...credential })
  }
  return configured
}

/** The region that each provider is called in, whether or not it has a credential yet. */
export function regionsOf(
  providers: readonly Provider[],
  environment: Environment,
): Readonly<Record<string, string | undefined>> {
  const entries = providers.map((provider) => [provider.id, locate(provider, environment).region])
  return Object.fromEntries(entries) as Record<string, string | undefined>
}

type OperatorCredential = Pick<ConfiguredProvider, 'authHeaders' | 'secrets' | 'authorize'>

function authenticate(
  { auth }: Provider,
  environment: Environment,
  send: Transport,
): OperatorCredential | undefined {
  if (auth.kind === 'none') return { authHeaders: {}, secrets: [] }
  if (auth.kind === 'signed')
    return signedBy(auth.configure(environment, send), secretsIn(auth.envs, environment))
  const secrets = secretsIn([auth.env], environment)
  const [secret] = secrets
  if (secret === undefined) return undefined
  return { authHeaders: { [auth.header]: auth.prefix + secret }, secrets }
}

function signedBy(
  authorize: Authorize | undefined,
  secrets: readonly string[],
): OperatorCredential | undefined {
  return authorize && { authHeaders: {}, secrets, authorize }
}

function secretsIn(names: readonly string[], environment: Environment): string[] {
  return names.flatMap((name) => {
    const value = environment[name]
    return typeof value === 'string' && value !== '' ? [value] : []
  })
}

interface Place {
  /** Undefined where it depends on what the operator did not set. */
  readonly baseUrl: string | undefined
  readonly region: string | undefined
}

function locate(provider: Provider, environment: Environment): Place {
  const own: Location | undefined = provider.locate
    ? provider.locate(environment)
    : { baseUrl: provider.baseUrl }
  const baseUrl = movedTo(provider, environment) ?? own?.baseUrl
  return { baseUrl, region: own?.region ?? regionAt(provider, baseUrl) }
}

/** The address that the operator chose instead of the vendor's. */
function movedTo({ baseUrlEnv }: Provider, environment: Environment): string | undefined {
  const moved = baseUrlEnv && environment[baseUrlEnv]
  if (typeof moved !== 'string' || moved === '') return undefined
  if (!URL.canParse(moved) || !/^https?:$/.test(new URL(moved).protocol))
    throw new Error(`${baseUrlEnv} is not an http(s) address.`)
  return moved.replace(/\/+$/, '')
}

/** An address that is none of the vendor's own (a proxy in front of it, a test) has the prices of the default region. */
function regionAt(provider: Provider, baseUrl: string | undefined): string | undefined {
  const known = Object.entries(provider.regions).find(([, url]) => url === baseUrl)
  return known ? known[0] : provider.region
}
