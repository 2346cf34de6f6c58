import type { Authorize, ConfiguredProvider, Provider } from '../core/provider.ts'
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
    const baseUrl = addressOf(provider, environment)
    if (!credential || baseUrl === undefined) continue
    configured.set(provider.id, { provider, baseUrl, region: regionAt(provider, baseUrl), ...credential })
  }
  return configured
}

/** The region that each provider is called in, whether or not it has a credential yet. */
export function regionsOf(
  providers: readonly Provider[],
  environment: Environment,
): Readonly<Record<string, string | undefined>> {
  const entries = providers.map((provider) => [
    provider.id,
    regionAt(provider, addressOf(provider, environment)),
  ])
  return Object.fromEntries(entries) as Record<string, string | undefined>
}

type OperatorCredential = Pick<ConfiguredProvider, 'authHeaders' | 'authorize'>

function authenticate(
  { auth }: Provider,
  environment: Environment,
  send: Transport,
): OperatorCredential | undefined {
  if (auth.kind === 'none') return { authHeaders: {} }
  if (auth.kind === 'signed') return signedBy(auth.configure(environment, send))
  const secret = environment[auth.env]
  if (typeof secret !== 'string' || secret === '') return undefined
  return { authHeaders: { [auth.header]: auth.prefix + secret } }
}

function signedBy(authorize: Authorize | undefined): OperatorCredential | undefined {
  return authorize && { authHeaders: {}, authorize }
}

/** Where a provider is called; undefined where that depends on what the operator did not set. */
function addressOf(provider: Provider, environment: Environment): string | undefined {
  const moved = provider.baseUrlEnv && environment[provider.baseUrlEnv]
  if (typeof moved !== 'string' || moved === '')
    return provider.locate ? provider.locate(environment) : provider.baseUrl
  if (!URL.canParse(moved) || !/^https?:$/.test(new URL(moved).protocol))
    throw new Error(`${provider.baseUrlEnv} is not an http(s) address.`)
  return moved.replace(/\/+$/, '')
}

/** An address that is none of the vendor's own (a proxy in front of it, a test) has the prices of the default region. */
function regionAt(provider: Provider, baseUrl: string | undefined): string | undefined {
  const known = Object.entries(provider.regions).find(([, url]) => url === baseUrl)
  return known ? known[0] : provider.region
}
