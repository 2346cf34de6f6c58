import { expect, test } from 'vitest'
import { vertex } from '../../../providers/vertex.ts'
import { clientDialects } from '../../../src/dialects/index.ts'
import { secret } from '../../fixtures/fixture.ts'
import { vertexClaudeFixture, vertexGeminiFixture } from '../../fixtures/providers/vertex.ts'
import type { Script } from '../../pipeline/scripted.ts'
import { failed } from './errors.ts'
import { gatewayTo } from './gateway.ts'

const { dialect, operator, answer, answerHeaders } = vertexGeminiFixture
const line = { provider: vertex, operator, dialect }
const reply = { status: 200, headers: answerHeaders, body: answer }

test('a key is traded for a token at Google alone, and once for many calls', async () => {
  const gateway = await gatewayTo(line, { replies: [reply, reply, reply] })
  await Promise.all([gateway.ask(), gateway.ask()])
  await gateway.ask()
  expect(gateway.trades.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'POST https://oauth2.googleapis.com/token',
  ])
  expect(Buffer.from(gateway.trades[0]?.body ?? []).toString()).toMatch(
    /^grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=[\w.-]+$/,
  )
  expect(JSON.stringify(gateway.trades)).not.toContain(gateway.key)
  const sent = gateway.wires.map(({ request }) => request.headers['authorization'])
  expect(sent).toEqual(Array(3).fill(`Bearer ${secret}`))
})

const refusal = JSON.stringify({ error: 'invalid_grant', error_description: `Invalid JWT: ${secret}` })

test.each<[string, Script]>([
  ['is refused', { status: 400, body: [refusal] }],
  ['has no answer that can be read', { body: ['<html>'] }],
  ['has no token in it', { body: ['{"expires_in":3600}'] }],
  ['cannot be reached', { status: new Error(`connect to ${secret}`) }],
  ['breaks off', { body: ['{"access', new Error(`reset by ${secret}`)] }],
])('an exchange that %s is a failed attempt that sent nothing and costs nothing', async (_, tokens) => {
  const gateway = await gatewayTo(line, { replies: [], tokens })
  const served = await gateway.ask()
  const body = clientDialects[dialect].errorBody(failed(), served.headers['x-request-id'])
  expect(served.status).toBe(502)
  expect(served.body.toString()).toBe(Buffer.from(body).toString())
  expect(gateway.wires).toEqual([])
  expect(await gateway.rows()).toMatchObject([
    { charge: 0, providerCost: 0, outcome: 'failed', attempts: [] },
  ])
  expect(await gateway.counts()).toMatchObject({ cost: { spent: 0, held: 0 }, concurrency: { held: 0 } })
  const told = JSON.stringify([gateway.logged, served.headers, served.body.toString()])
  expect(told).toContain('provider-credential-failed')
  expect(told).not.toMatch(new RegExp(`${secret}|PRIVATE KEY|iam.gserviceaccount|JWT`))
})

test('an exchange that failed is tried again for the next call', async () => {
  const tokens = { status: 503, body: ['{}'] }
  const gateway = await gatewayTo(line, { replies: [], tokens })
  await gateway.ask()
  await gateway.ask()
  expect(gateway.trades).toHaveLength(2)
})

test('betas go up to Claude in their header, and the version in the body alone', async () => {
  const { answer, answerHeaders, dialect } = vertexClaudeFixture
  const replies = [{ status: 200, headers: answerHeaders, body: answer }]
  const gateway = await gatewayTo({ ...line, dialect }, { replies })
  const betas = 'context-1m-2025-08-07, interleaved-thinking-2025-05-14'
  await gateway.ask({ stream: true }, gateway.callerWith({ 'anthropic-beta': betas }))
  expect(gateway.wires[0]?.request.headers).toMatchObject({ 'anthropic-beta': betas })
  expect(gateway.wires[0]?.request.headers).not.toHaveProperty('anthropic-version')
  expect(gateway.request()).not.toHaveProperty('anthropic_beta')
  expect(gateway.request()).toMatchObject({ anthropic_version: 'vertex-2023-10-16', stream: true })
})
