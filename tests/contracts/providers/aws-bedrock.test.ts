import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { awsBedrock } from '../../../providers/aws-bedrock.ts'
import { concatBytes } from '../../../src/core/bytes.ts'
import { cardAt } from '../../../src/core/price.ts'
import { noUsage } from '../../../src/core/usage.ts'
import { costOf } from '../../../src/metering/cost.ts'
import { awsSigner } from '../../../src/upstream/auth/sigv4.ts'
import { delta, exceptionFrame, stop, streamOf } from '../../dialects/bedrock-converse-wire.ts'
import { cuts } from '../../dialects/splits.ts'
import { secret, type ErrorFixture } from '../../fixtures/fixture.ts'
import {
  base,
  bedrockClaudeFixture,
  claudeFrames,
  errors,
  framed,
  operator,
} from '../../fixtures/providers/aws-bedrock.ts'
import { expectNoSecrets, runs } from './answers.ts'
import { gatewayTo, offerOf, type Reply } from './gateway.ts'

const json = { 'content-type': 'application/json' }
const claude = { provider: awsBedrock, operator, dialect: 'anthropic-messages' } as const
const chat = { provider: awsBedrock, operator, dialect: 'openai-chat' } as const
const message = { status: 200, headers: json, body: bedrockClaudeFixture.answer }
const { upstream, cards, model } = offerOf(awsBedrock, 'openai-chat')

/** The time that a signature names, Unix milliseconds. */
function timeOf(date = ''): number {
  return Date.parse(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'))
}

describe('the credential', () => {
  test.each([claude, chat])('signs the very bytes and address that go up', async (line) => {
    const gateway = await gatewayTo(line, { replies: [message] })
    await gateway.ask()
    const sent = gateway.wires[0]?.request
    if (!sent) throw new Error('Nothing was sent.')
    const { authorization, 'x-amz-date': date, ...headers } = sent.headers
    const credentials = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: secret, region: 'us-east-1' }
    const sign = awsSigner({ ...credentials, service: 'bedrock' }, () => timeOf(date))
    const { headers: signed } = await sign({ ...sent, headers })
    expect(signed['authorization']).toBe(authorization)
    expect(JSON.stringify(sent.headers)).not.toContain(secret)
  })

  test('may be a key of Bedrock’s own, which goes up as a bearer', async () => {
    const environment = { AWS_BEARER_TOKEN_BEDROCK: secret, ...operator.environment }
    const gateway = await gatewayTo(
      { ...claude, operator: { ...operator, environment } },
      { replies: [message] },
    )
    await gateway.ask()
    expect(gateway.wires[0]?.request.headers['authorization']).toBe(`Bearer ${secret}`)
  })

  test('may be of a session, which is signed too', async () => {
    const environment = { ...operator.environment, AWS_SESSION_TOKEN: 'session-of-operator' }
    const gateway = await gatewayTo(
      { ...claude, operator: { ...operator, environment } },
      { replies: [message] },
    )
    await gateway.ask()
    expect(gateway.wires[0]?.request.headers).toMatchObject({
      'x-amz-security-token': 'session-of-operator',
      authorization: expect.stringContaining('x-amz-security-token') as unknown,
    })
  })
})

test('betas go up to Claude as a list in the body, and no header of Anthropic’s does', async () => {
  const gateway = await gatewayTo(claude, { replies: [message] })
  const headers = { 'anthropic-beta': 'context-1m-2025-08-07, x', 'anthropic-version': '2023-06-01' }
  await gateway.ask({}, gateway.callerWith(headers))
  expect(gateway.request()).toMatchObject({ anthropic_beta: ['context-1m-2025-08-07', 'x'] })
  expect(Object.keys(gateway.wires[0]?.request.headers ?? {}).join()).not.toContain('anthropic')
})

test.each([
  ['gives up', exceptionFrame('modelStreamErrorException')],
  ['throttles', exceptionFrame('throttlingException')],
  ['cuts within a frame', claudeFrames.at(-1)?.subarray(0, -9) ?? new Uint8Array()],
])('Claude’s stream that AWS %s ends with Anthropic’s error event, and nothing of AWS’s', async (_, end) => {
  const begun = concatBytes(claudeFrames.slice(0, 8))
  const reply = { status: 200, headers: framed, body: concatBytes([begun, end]) }
  const gateway = await gatewayTo(claude, { replies: [reply], cuts: [begun.length] })
  const events = (await gateway.ask({ stream: true })).body.toString().split(/(?<=\n\n)/)
  expect(events.slice(0, -1)).toEqual(bedrockClaudeFixture.stream.split(/(?<=\n\n)/).slice(0, 8))
  expect(events.at(-1)).toMatch(/^event: error\ndata: \{"type":"error","error":\{.*\}\n\n$/)
  expect(events.at(-1)).not.toMatch(/arn:|Exception/)
})

const wireUsage = {
  inputTokens: 20,
  outputTokens: 9,
  totalTokens: 1129,
  cacheReadInputTokens: 100,
  cacheWriteInputTokens: 1000,
  cacheDetails: [
    { ttl: '5m', inputTokens: 300 },
    { ttl: '1h', inputTokens: 700 },
  ],
}
const usage = {
  ...noUsage,
  inputTokens: 1120,
  cachedInputTokens: 100,
  cacheWriteTokens: 1000,
  cacheWriteLongTokens: 700,
  outputTokens: 9,
}

const wholeReply: Reply = {
  status: 200,
  headers: json,
  body: JSON.stringify({
    output: { message: { role: 'assistant', content: [{ text: 'A weir. 🌊' }] } },
    stopReason: 'end_turn',
    usage: wireUsage,
    metrics: { latencyMs: 840 },
  }),
}

const streamReply: Reply = {
  status: 200,
  headers: framed,
  body: streamOf(
    { messageStart: { role: 'assistant', p: 'ab' } },
    delta(0, { text: 'A weir.' }),
    delta(0, { text: ' 🌊' }),
    stop(0),
    { messageStop: { stopReason: 'end_turn' } },
    { metadata: { usage: wireUsage, metrics: { latencyMs: 800 } } },
  ),
}

describe('a caller who speaks OpenAI’s chat', () => {
  /** Calls, and checks what is owed for it. */
  async function askIn(reply: Reply, cuts: readonly number[], asked: object) {
    const gateway = await gatewayTo(chat, { replies: [reply], cuts })
    const served = await gateway.ask(asked)
    const [row] = await gateway.rows()
    const card = cardAt(cards, row?.startedAt ?? 0)
    const charge = card && costOf(card, usage)
    expect(row).toMatchObject({ usage, charge, providerCost: charge, outcome: 'ok', source: 'exact', model })
    expect(await gateway.counts()).toMatchObject({ cost: { spent: charge, held: 0 } })
    expectNoSecrets(served.headers)
    return { gateway, down: served.body.toString() }
  }

  test('is answered by Converse, at its exact price', async () => {
    await fc.assert(
      fc.asyncProperty(cuts, async (cuts) => {
        const { gateway, down } = await askIn(wholeReply, cuts, {})
        expect(gateway.wires[0]?.request.url).toBe(`${base}/${encodeURIComponent(upstream)}/converse`)
        expect(gateway.wires[0]?.request.headers).toMatchObject(operator.credential)
        expect(gateway.request()).toMatchObject({
          messages: [{ role: 'user', content: [{ text: expect.any(String) as unknown }] }],
        })
        expect(JSON.parse(down)).toMatchObject({
          model: `aws-bedrock/${model}`,
          choices: [{ message: { content: 'A weir. 🌊' }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 1120, completion_tokens: 9 },
        })
      }),
      runs,
    )
  })

  test('is answered by a stream of Converse, cut anywhere, at its exact price', async () => {
    await fc.assert(
      fc.asyncProperty(cuts, async (cuts) => {
        const asked = { stream: true, more: { stream_options: { include_usage: true } } }
        const { gateway, down } = await askIn(streamReply, cuts, asked)
        expect(gateway.wires[0]?.request.url).toBe(`${base}/${encodeURIComponent(upstream)}/converse-stream`)
        const told = [...down.matchAll(/^data: (\{.*)$/gm)].map(([, data = '']) => JSON.parse(data) as Chunk)
        expect(told.map(({ choices: [choice] }) => choice?.delta.content ?? '').join('')).toBe('A weir. 🌊')
        expect(told.at(-1)).toMatchObject({ usage: { prompt_tokens: 1120, completion_tokens: 9 } })
        expect(down.endsWith('data: [DONE]\n\n')).toBe(true)
      }),
      runs,
    )
  })

  test.each(errors.map((error) => [error.what, error] as const))(
    'learns of %s only where it is the caller’s fault',
    async (_, error) => {
      const gateway = await gatewayTo(chat, { replies: [error] })
      const served = await gateway.ask()
      expect(served.status).toBe(statusDown(error))
      const { message } = JSON.parse(error.body) as { message: string }
      expect(served.body.toString().includes(message)).toBe(error.fault === 'caller')
      expectNoSecrets(served.headers)
      expect(await gateway.rows()).toMatchObject([{ charge: 0, providerCost: 0, outcome: 'failed' }])
    },
  )
})

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[]
}

function statusDown({ fault, status }: ErrorFixture): number {
  return fault === 'caller' || status === 429 ? status : 502
}
