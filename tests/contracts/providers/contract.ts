import { describe, expect, test } from 'vitest'
import type { Provider } from '../../../src/core/provider.ts'
import { clientDialects, upstreamDialects } from '../../../src/dialects/index.ts'
import { configureProviders } from '../../../src/routing/configure.ts'
import type { OperatorFixture, ProviderFixture } from '../../fixtures/fixture.ts'
import { testAnswers } from './answers.ts'
import { testErrors } from './errors.ts'
import { offerOf } from './gateway.ts'
import { testRequests } from './requests.ts'

/** The suite that every provider must pass: its data, and in each dialect that it speaks with callers its recorded answers through the real pipeline. */
export function testProvider(provider: Provider, fixtures: readonly ProviderFixture[]): void {
  describe(provider.id, () => {
    const [fixture] = fixtures
    testData(provider)
    if (fixture) testConfiguration(provider, fixture.operator)
    for (const { dialect } of provider.speaks.chat.filter(({ dialect }) => dialect in clientDialects)) {
      const spoken = fixtures.find((fixture) => fixture.dialect === dialect)
      describe(dialect, () => testSpeech(provider, spoken))
    }
  })
}

function testSpeech(provider: Provider, fixture: ProviderFixture | undefined): void {
  if (!fixture) {
    test('has a fixture', () => expect.fail(`tests/fixtures/providers/${provider.id}.ts lacks one.`))
    return
  }
  test('has a fixture of its own', () => expect(fixture.provider).toBe(provider.id))
  test('sells models whose price is known', () =>
    expect(offerOf(provider, fixture.dialect).cards.length).toBeGreaterThan(0))
  testRequests(provider, fixture)
  testAnswers(provider, fixture)
  testErrors(provider, fixture)
}

function testData(provider: Provider): void {
  test('is sane as data', () => {
    expect(provider.id).toMatch(/^[a-z0-9][a-z0-9-]{0,39}$/)
    expect(provider.name).not.toBe('')
    for (const url of [provider.baseUrl, ...Object.values(provider.regions)]) expectAddress(url)
    expect(Object.keys(provider.regions)).not.toContain(provider.region)
    expect(provider.speaks.chat.map(({ dialect }) => upstreamDialects[dialect])).not.toContain(undefined)
    for (const env of secretsOf(provider)) expect(env).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/)
    if (provider.auth.kind === 'header') expect(provider.auth.env).toMatch(/_(KEY|TOKEN)$/)
    if (provider.auth.kind === 'none') expect(provider.simulate).toBeDefined()
    else expect(provider.baseUrlEnv).toMatch(/^[A-Z][A-Z0-9_]*_BASE_URL$/)
    const { maxTokensFields, refusedFields, tenantFields } = provider.quirks
    expect(maxTokensFields.length).toBeGreaterThan(0)
    for (const name of maxTokensFields) expect(['max_tokens', 'max_completion_tokens']).toContain(name)
    for (const name of [...refusedFields, ...tenantFields]) expect(name).toBe(name.toLowerCase())
  })
}

function expectAddress(url: string): void {
  expect(new URL(url)).toMatchObject({ protocol: 'https:', username: '', password: '', search: '', hash: '' })
  expect(url).not.toMatch(/\/$/)
}

/** The names of the settings that hold its credential. */
export function secretsOf({ auth }: Provider): readonly string[] {
  if (auth.kind === 'none') return []
  return auth.kind === 'header' ? [auth.env] : auth.envs
}

function testConfiguration(provider: Provider, { environment }: OperatorFixture): void {
  const configure = (environment: Readonly<Record<string, unknown>>) =>
    configureProviders([provider], environment, () => {
      throw new Error('Nothing is sent.')
    }).get(provider.id)

  test('is configured by what its operator sets', () => {
    expectAddress(configure(environment)?.baseUrl ?? '')
  })

  test.each(Object.keys(environment))('is not without %s', (env) => {
    const { [env]: _, ...rest } = environment
    for (const value of [{}, { [env]: '' }, { [env]: 5 }, { [env]: null }, { [env]: {} }])
      expect(configure({ ...rest, ...value })).toBeUndefined()
  })
}
