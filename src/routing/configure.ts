import type { ConfiguredProvider, Provider } from '../core/provider.ts'

/** Providers that can be called: those whose credential the operator set. Throws if an address is no http(s) URL. */
export function configureProviders(
  providers: readonly Provider[],
  environment: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, ConfiguredProvider> {
  const configured = new Map<string, ConfiguredProvider>()
  for (const provider of providers) {
    const authHeaders = authenticate(provider, environment)
    if (!authHeaders) continue
    const baseUrl = addressOf(provider, environment)
    configured.set(provider.id, { provider, baseUrl, region: regionAt(provider, baseUrl), authHeaders })
  }
  return configured
}

/** The region that each provider is called in, whether or not it has a credential yet. */
export function regionsOf(
  providers: readonly Provider[],
  environment: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string | undefined>> {
  const entries = providers.map((provider) => [
    provider.id,
    regionAt(provider, addressOf(provider, environment)),
  ])
  return Object.fromEntries(entries) as Record<string, string | undefined>
}

function authenticate(
  { auth }: Provider,
  environment: Readonly<Record<string, unknown>>,
): Record<string, string> | undefined {
  if (auth.kind === 'none') return {}
  const secret = environment[auth.env]
  return typeof secret === 'string' && secret !== '' ? { authorization: `Bearer ${secret}` } : undefined
}

function addressOf(provider: Provider, environment: Readonly<Record<string, unknown>>): string {
  const moved = provider.baseUrlEnv && environment[provider.baseUrlEnv]
  if (typeof moved !== 'string' || moved === '') return provider.baseUrl
  if (!URL.canParse(moved) || !/^https?:$/.test(new URL(moved).protocol))
    throw new Error(`${provider.baseUrlEnv} is not an http(s) address.`)
  return moved.replace(/\/+$/, '')
}

/** An address that is none of the vendor's own (a proxy in front of it, a test) has the prices of the default region. */
function regionAt(provider: Provider, baseUrl: string): string | undefined {
  const known = Object.entries(provider.regions).find(([, url]) => url === baseUrl)
  return known ? known[0] : provider.region
}
