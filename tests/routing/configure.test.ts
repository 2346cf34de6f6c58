import { describe, expect, test } from 'vitest'
import { alibaba } from '../../providers/alibaba.ts'
import { awsBedrock } from '../../providers/aws-bedrock.ts'
import { azureOpenai } from '../../providers/azure-openai.ts'
import { openai } from '../../providers/openai.ts'
import { sandbox } from '../../providers/sandbox.ts'
import { vertex } from '../../providers/vertex.ts'
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
      secrets: ['sk-1'],
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

/** What would change the host or the path of an address that it became a part of, or is no name at all. */
const nonsense = [
  'evil.com/',
  'evil.com#',
  'a.b',
  'x@evil.com',
  'us-east-1.evil.com',
  'us-east-1/',
  '../x',
  'US-EAST-1',
  'us east 1',
  'us-east-1\n',
  '-',
  'localhost',
]

describe('Bedrock', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'k' }
  const at = (environment: object) =>
    configureProviders([awsBedrock], { ...keys, ...environment }, noNetwork).get('aws-bedrock')

  test.each([
    [{}, 'us-east-1'],
    [{ AWS_REGION: '', AWS_DEFAULT_REGION: '' }, 'us-east-1'],
    [{ AWS_DEFAULT_REGION: 'eu-central-1' }, 'eu-central-1'],
    [{ AWS_REGION: 'ap-southeast-2', AWS_DEFAULT_REGION: 'eu-central-1' }, 'ap-southeast-2'],
    [{ AWS_REGION: 'us-gov-west-1' }, 'us-gov-west-1'],
  ])('with %o is called in %s, at the prices of that region', (environment, region) => {
    const baseUrl = `https://bedrock-runtime.${region}.amazonaws.com`
    expect(at(environment)).toMatchObject({ baseUrl, region })
    expect(regionsOf([awsBedrock], environment)).toEqual({ 'aws-bedrock': region })
  })

  test.each(nonsense)('is not called at all where the region is %j', (region) => {
    for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION']) {
      expect(at({ [name]: region })).toBeUndefined()
      expect(at({ [name]: region, AWS_BEARER_TOKEN_BEDROCK: 'k' })).toBeUndefined()
      expect(at({ [name]: region, AWS_BEDROCK_BASE_URL: 'https://vpce.example' })).toBeUndefined()
      expect(regionsOf([awsBedrock], { [name]: region })).toEqual({ 'aws-bedrock': undefined })
    }
  })

  test('may be moved, and keeps the prices of its region', () => {
    const moved = { AWS_REGION: 'eu-west-1', AWS_BEDROCK_BASE_URL: 'https://vpce.example/' }
    expect(at(moved)).toMatchObject({ baseUrl: 'https://vpce.example', region: 'eu-west-1' })
  })
})

describe('Vertex AI', () => {
  const key = { client_email: 'a@b.iam.gserviceaccount.com', private_key: 'k' }
  const own = { GOOGLE_APPLICATION_CREDENTIALS_JSON: JSON.stringify(key), GOOGLE_CLOUD_PROJECT: 'p-42' }
  const at = (environment: object) =>
    configureProviders([vertex], { ...own, ...environment }, noNetwork).get('vertex')

  test.each([{}, { GOOGLE_CLOUD_LOCATION: 'global' }, { GOOGLE_CLOUD_LOCATION: '' }])(
    'with %o is called at its global endpoint',
    (environment) =>
      expect(at(environment)).toMatchObject({
        baseUrl: 'https://aiplatform.googleapis.com/v1/projects/p-42/locations/global',
        region: undefined,
      }),
  )

  test.each([...nonsense, 'us', 'eu', 'europe-west1', 'GLOBAL', ' global', 5, {}])(
    'is not called where the location is %j, which has other prices',
    (location) => {
      expect(at({ GOOGLE_CLOUD_LOCATION: location })).toBeUndefined()
      const moved = { GOOGLE_CLOUD_LOCATION: location, VERTEX_BASE_URL: 'https://proxy.example' }
      expect(at(moved)).toBeUndefined()
    },
  )

  test.each([...nonsense.filter((name) => name !== 'localhost'), '..', '.', 'p/../q', 'p?q'])(
    'is not called for a project named %j',
    (project) => expect(at({ GOOGLE_CLOUD_PROJECT: project })).toBeUndefined(),
  )

  test('is called for a project of a domain, or one that goes by its number', () => {
    for (const project of ['example.com:p-42', '424242424242'])
      expect(at({ GOOGLE_CLOUD_PROJECT: project })?.baseUrl).toBe(
        `https://aiplatform.googleapis.com/v1/projects/${project}/locations/global`,
      )
  })

  test('with a key that is none is refused at once, without a word of it', () => {
    const json = '{"private_key":"secret"'
    expect(() => at({ GOOGLE_APPLICATION_CREDENTIALS_JSON: json })).toThrow(
      /^(?!.*secret).*service account key/,
    )
  })
})

describe('Azure OpenAI', () => {
  const at = (endpoint: unknown) =>
    configureProviders(
      [azureOpenai],
      { AZURE_OPENAI_API_KEY: 'k', AZURE_OPENAI_ENDPOINT: endpoint },
      noNetwork,
    ).get('azure-openai')

  test.each([
    'https://r.openai.azure.com',
    'https://r.openai.azure.com///',
    'https://r.openai.azure.com/openai',
    'https://r.openai.azure.com/openai/v1/',
    'https://r.openai.azure.com/?api-version=preview#x',
    'https://user:password@r.openai.azure.com/',
  ])('with the endpoint %s is called at its v1 API', (endpoint) =>
    expect(at(endpoint)?.baseUrl).toBe('https://r.openai.azure.com/openai/v1'),
  )

  test('may be behind a path of the operator’s', () =>
    expect(at('https://apim.example/team-a/')?.baseUrl).toBe('https://apim.example/team-a/openai/v1'))

  test.each([undefined, '', 5, null, {}])('is not called with the endpoint %j', (endpoint) =>
    expect(at(endpoint)).toBeUndefined(),
  )

  test.each(['r.openai.azure.com', 'r', 'ftp://r.example', 'javascript:alert(1)'])(
    'refuses the endpoint %s by the name of its setting',
    (endpoint) => expect(() => at(endpoint)).toThrow('AZURE_OPENAI_ENDPOINT is not an http(s) address.'),
  )
})
