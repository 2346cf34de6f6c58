import { describe, expect, test } from 'vitest'
import { alibaba } from '../../providers/alibaba.ts'
import { openai } from '../../providers/openai.ts'
import { sandbox } from '../../providers/sandbox.ts'
import { bearer, defineProvider } from '../../src/core/provider.ts'
import { configureProviders, regionsOf } from '../../src/routing/configure.ts'

const providers = [openai, alibaba, sandbox]
const noNetwork = () => {
  throw new Error('Nothing is sent.')
}
const configure = (environment: Record<string, unknown>) =>
  configureProviders(providers, environment, noNetwork)

describe('a provider', () => {
  test('is configured by its own credential, and by nothing else', () => {
    expect([...configure({}).keys()]).toEqual(['sandbox'])
    expect([...configure({ OPENAI_BASE_URL: 'https://a.example' }).keys()]).toEqual(['sandbox'])
    expect([...configure({ DASHSCOPE_API_KEY: 'k' }).keys()]).toEqual(['alibaba', 'sandbox'])
  })

  test.each([
    ['empty', ''],
    ['a number', 5],
    ['a binding', {}],
    ['null', null],
  ])('whose credential is %s is not', (_, value) =>
    expect(configure({ OPENAI_API_KEY: value }).has('openai')).toBe(false),
  )

  test('gets its credential as a bearer, at its own address', () => {
    expect(configure({ OPENAI_API_KEY: 'sk-1' }).get('openai')).toEqual({
      provider: openai,
      baseUrl: 'https://api.openai.com/v1',
      region: undefined,
      authHeaders: { authorization: 'Bearer sk-1' },
    })
    expect(configure({}).get('sandbox')?.authHeaders).toEqual({})
  })

  test.each([
    ['OPENAI_API_KEY', 'OPENAI_BASE_URL'],
    ['ACME_KEY', 'ACME_BASE_URL'],
    ['HF_TOKEN', 'HF_BASE_URL'],
    ['ACME_API_TOKEN', 'ACME_BASE_URL'],
  ])('with its credential in %s has its address in %s', (env, baseUrlEnv) => {
    const auth = bearer(env)
    const spec = {
      id: 'a',
      name: 'A',
      baseUrl: 'https://a.example',
      auth,
      speaks: { chat: ['openai-chat' as const] },
    }
    expect(defineProvider(spec).baseUrlEnv).toBe(baseUrlEnv)
    expect(defineProvider({ ...spec, auth: { kind: 'none' } }).baseUrlEnv).toBeUndefined()
  })
})

describe('an address', () => {
  const at = (url: string) => configure({ DASHSCOPE_API_KEY: 'k', DASHSCOPE_BASE_URL: url }).get('alibaba')

  test('may be moved, with or without a slash at its end', () => {
    for (const url of ['http://localhost:8000/v1', 'http://localhost:8000/v1///'])
      expect(at(url)).toMatchObject({ baseUrl: 'http://localhost:8000/v1' })
    expect(at('')).toMatchObject({ baseUrl: alibaba.baseUrl })
  })

  test.each([
    ['the vendor’s default', alibaba.baseUrl, 'cn'],
    ['that of a region', alibaba.regions['intl'] ?? '', 'intl'],
    ['that of a region with a slash', `${alibaba.regions['us']}/`, 'us'],
    ['nobody’s we know', 'https://proxy.example/v1', 'cn'],
  ])('%s has the prices of its region', (_, url, region) => {
    expect(at(url)?.region).toBe(region)
    expect(regionsOf(providers, { DASHSCOPE_BASE_URL: url })).toEqual({
      openai: undefined,
      alibaba: region,
      sandbox: undefined,
    })
  })

  test.each([
    'localhost:8000',
    'ftp://a.example',
    'file:///etc/passwd',
    'nonsense',
    '/v1',
    'javascript:alert(1)',
  ])('%s is refused by the name of its setting', (url) =>
    expect(() => at(url)).toThrow('DASHSCOPE_BASE_URL is not an http(s) address.'),
  )
})
