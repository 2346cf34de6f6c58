import Anthropic from '@anthropic-ai/sdk'
import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { modelName, startWorld, type World } from '../../matrix/world.ts'
import { startGateway, type Gateway } from '../../support/gateway.ts'
import { Tenant } from '../../support/tenant.ts'

let world: World
/** A gateway that has Vertex AI at an address where nobody listens. */
let gateway: Gateway

beforeAll(async () => {
  world = await startWorld('node')
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const account = {
    client_email: 'weir@p.iam.gserviceaccount.com',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    token_uri: 'https://oauth2.googleapis.com/token',
  }
  gateway = await startGateway({
    env: {
      GOOGLE_APPLICATION_CREDENTIALS_JSON: JSON.stringify(account),
      GOOGLE_CLOUD_PROJECT: 'acme-project',
      VERTEX_BASE_URL: 'http://127.0.0.1:1',
    },
  })
}, 60_000)
afterAll(() => Promise.all([world.stop(), gateway.stop()]))

const messages = [{ role: 'user' as const, content: 'What is a weir?' }]

const hosts = {
  'at Anthropic is theirs': ['anthropic', 'claude-sonnet-4-5', null],
  'at Bedrock is estimated': ['bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'true'],
} as const

test.each(Object.entries(hosts))('the count of Claude %s', async (_, [upstream, model, estimated]) => {
  const sdk = new Anthropic({ baseURL: world.gateway.url, apiKey: world.tenant.key, maxRetries: 0 })
  const { data, response } = await sdk.messages
    .countTokens({ model: modelName(upstream, model), messages })
    .withResponse()
  expect(data.input_tokens).toBeGreaterThan(0)
  expect(response.headers.get('x-weir-estimated')).toBe(estimated)
})

test('Gemini at Vertex AI, which counts in words of its own, is estimated', async () => {
  const tenant = await Tenant.create(gateway)
  const answer = await fetch(`${gateway.url}/v1beta/models/vertex%2Fgemini-3-flash-preview:countTokens`, {
    method: 'POST',
    headers: { 'x-goog-api-key': tenant.key },
    body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'What is a weir?' }] }] }),
  })
  expect([answer.status, await answer.json()]).toEqual([200, { totalTokens: expect.any(Number) }])
  expect(answer.headers.get('x-weir-estimated')).toBe('true')
})
