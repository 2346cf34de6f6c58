import { EventStreamCodec } from '@smithy/eventstream-codec'
import { AwsClient } from 'aws4fetch'
import { expect, test } from 'vitest'
import { readFrames, type Frame } from './bedrock/frames.ts'
import { post, wireFor } from './setup.ts'
import type { Wire } from './start-wire.ts'

const model = 'anthropic.claude-opus-4-5-20251101-v1:0'
const path = `/model/${encodeURIComponent(model)}`
const user = { role: 'user', content: [{ text: 'Hi' }] }
const toolConfig = {
  tools: ['weather', 'now'].map((name) => ({
    toolSpec: { name, inputSchema: { json: { type: 'object' } } },
  })),
}
const thinking = { thinking: { type: 'enabled', budget_tokens: 1024 } }
const body = { messages: [user], toolConfig, additionalModelRequestFields: thinking }
const scene = {
  text: 'Ja, 世界 🌊',
  reasoning: { text: 'Let me see.', signature: 'c2lnbmVk' },
  calls: [
    { name: 'weather', arguments: { city: 'Zürich' } },
    { name: 'now', arguments: {} },
  ],
  usage: { input: 100, cached: 60, cacheWrite: 10, output: 50, reasoning: 20 },
}
const usage = {
  inputTokens: 30,
  outputTokens: 50,
  totalTokens: 150,
  cacheReadInputTokens: 60,
  cacheWriteInputTokens: 10,
}
const content = [
  { reasoningContent: { reasoningText: { text: 'Let me see.', signature: 'c2lnbmVk' } } },
  { text: 'Ja, 世界 🌊' },
  { toolUse: { name: 'weather', input: { city: 'Zürich' } } },
  { toolUse: { name: 'now', input: {} } },
]

interface Event {
  readonly contentBlockIndex?: number
  readonly start?: { readonly toolUse: { readonly name: string } }
  readonly delta?: {
    readonly text?: string
    readonly toolUse?: { readonly input: string }
    readonly reasoningContent?: { readonly text?: string; readonly signature?: string }
  }
}

function pieceOf({ start, delta = {} }: Event): string {
  const { text, toolUse, reasoningContent: thought } = delta
  return text ?? toolUse?.input ?? thought?.text ?? thought?.signature ?? start?.toolUse.name ?? ''
}

/** The text of each block, whatever it is of. */
function blocksOf(frames: readonly Frame[]): Record<number, string> {
  const blocks: Record<number, string> = {}
  for (const { payload } of frames) {
    const event = JSON.parse(payload) as Event
    const { contentBlockIndex: at } = event
    if (at !== undefined) blocks[at] = (blocks[at] ?? '') + pieceOf(event)
  }
  return blocks
}

async function framesOf(wire: Wire, sent: object = body): Promise<Frame[]> {
  const answer = await post(wire, `${path}/converse-stream`, { body: sent })
  expect(answer.headers.get('content-type')).toBe('application/vnd.amazon.eventstream')
  return readFrames(await answer.bytes())
}

test('the answer is the same whole and streamed, however it is sent', async () => {
  const wire = await wireFor('bedrock-converse')
  wire.next([scene, scene, { ...scene, dribble: true, crlf: true, comments: true }])
  const whole = await (await post(wire, `${path}/converse`, { body })).json()
  expect(whole).toMatchObject({
    output: { message: { role: 'assistant', content } },
    stopReason: 'tool_use',
    usage,
  })
  for (const frames of [await framesOf(wire), await framesOf(wire)]) {
    expect(blocksOf(frames)).toEqual({
      0: 'Let me see.c2lnbmVk',
      1: 'Ja, 世界 🌊',
      2: 'weather{"city":"Zürich"}',
      3: 'now',
    })
    const names = frames.map(({ headers }) => headers[':event-type'])
    expect(names[0]).toBe('messageStart')
    expect(names.slice(-2)).toEqual(['messageStop', 'metadata'])
    expect(JSON.parse(frames.at(-1)?.payload ?? '')).toMatchObject({ usage, p: expect.any(String) })
  }
})

test('another reader of frames reads them too', async () => {
  const wire = await wireFor('bedrock-converse')
  wire.next({ text: '🌊' })
  const bytes = await (await post(wire, `${path}/converse-stream`, { body })).bytes()
  const codec = new EventStreamCodec(
    (input) => Buffer.from(input as Uint8Array).toString(),
    (input) => new Uint8Array(Buffer.from(input)),
  )
  const size = Buffer.from(bytes).readUInt32BE(0)
  const { headers, body: payload } = codec.decode(bytes.subarray(0, size))
  expect(headers[':event-type']?.value).toBe('messageStart')
  expect(JSON.parse(Buffer.from(payload).toString())).toMatchObject({ role: 'assistant' })
})

test('a damaged or cut frame is seen', async () => {
  const wire = await wireFor('bedrock-converse')
  const bytes = await (await post(wire, `${path}/converse-stream`, { body })).bytes()
  expect(() => readFrames(bytes.subarray(0, -1))).toThrow('in the middle of a frame')
  for (const place of [1, 20, bytes.length - 6]) {
    const damaged = Uint8Array.from(bytes)
    damaged[place] = (damaged[place] ?? 0) ^ 1
    expect(() => readFrames(damaged)).toThrow()
  }
})

test('thoughts come back as they were issued', async () => {
  const wire = await wireFor('bedrock-converse')
  wire.next({ reasoning: { text: 'Hm' }, calls: [{ name: 'now', arguments: {} }] })
  const answer = (await (await post(wire, `${path}/converse`, { body })).json()) as {
    output: {
      message: {
        content: [{ reasoningContent: { reasoningText: object } }, { toolUse: { toolUseId: string } }]
      }
    }
  }
  const [thought, call] = answer.output.message.content
  const result = { toolResult: { toolUseId: call.toolUse.toolUseId, content: [{ text: 'noon' }] } }
  const status = async (...turn: object[]) => {
    const messages = [user, { role: 'assistant', content: turn }, { role: 'user', content: [result] }]
    return (await post(wire, `${path}/converse`, { body: { ...body, messages } })).status
  }
  const changed = (change: object) => ({
    reasoningContent: { reasoningText: { ...thought.reasoningContent.reasoningText, ...change } },
  })
  expect(await status(thought, call)).toBe(200)
  expect(await status(call)).toBe(400)
  expect(await status(changed({ text: 'Ha' }), call)).toBe(400)
  expect(await status(changed({ signature: 'bWU=' }), call)).toBe(400)
})

test('an answer ends as the scene says, and never above the cap', async () => {
  const wire = await wireFor('bedrock-converse')
  wire.next([
    { text: 'a'.repeat(400), usage: { output: 100 } },
    { stopSequence: 'END' },
    { reasoning: { text: '', encrypted: 'bG9ja2Vk' } },
  ])
  const ask = async (change: object) =>
    (await post(wire, `${path}/converse`, { body: { messages: [user], ...change } })).json()
  const short = await ask({ inferenceConfig: { maxTokens: 10 } })
  expect(short).toMatchObject({ stopReason: 'max_tokens', usage: { outputTokens: 10 } })
  expect(await ask({ additionalModelResponseFieldPaths: ['/delta/stop_sequence'] })).toMatchObject({
    stopReason: 'stop_sequence',
    additionalModelResponseFields: { delta: { stop_sequence: 'END' } },
  })
  const redacted = {
    output: { message: { content: [{ reasoningContent: { redactedContent: 'bG9ja2Vk' } }, {}] } },
  }
  expect(await ask({ additionalModelRequestFields: thinking })).toMatchObject(redacted)
})

test('an answer by schema fits it', async () => {
  const wire = await wireFor('bedrock-converse')
  const schema = JSON.stringify({ type: 'object', properties: { n: { type: 'integer' } } })
  const textFormat = { type: 'json_schema', structure: { jsonSchema: { schema } } }
  const sent = { messages: [user], outputConfig: { textFormat } }
  const answer = await (await post(wire, `${path}/converse`, { body: sent })).json()
  expect(answer).toMatchObject({ output: { message: { content: [{ text: '{"n":1}' }] } } })
})

test('errors come before the answer or in its middle', async () => {
  const wire = await wireFor('bedrock-converse')
  wire.next([
    { error: { status: 429 } },
    { error: { status: 429 }, errorAfter: 0 },
    { error: { status: 424 }, errorAfter: 2 },
  ])
  const refused = await post(wire, `${path}/converse`, { body })
  expect(refused.status).toBe(429)
  expect(refused.headers.get('x-amzn-errortype')).toMatch(/^ThrottlingException:/)
  expect(await refused.json()).toEqual({ message: expect.any(String) })
  const [first] = await framesOf(wire)
  expect(first?.headers).toMatchObject({
    ':message-type': 'exception',
    ':exception-type': 'throttlingException',
  })
  const frames = await framesOf(wire)
  expect(frames).toHaveLength(3)
  expect(frames[2]?.headers[':exception-type']).toBe('modelStreamErrorException')
})

test('a signature by SigV4 must be right, over the path encoded twice', async () => {
  const wire = await wireFor('bedrock-converse', { secretAccessKey: 'secret' })
  const ask = async (secretAccessKey: string, change = '') => {
    const client = new AwsClient({
      accessKeyId: 'id',
      secretAccessKey,
      service: 'bedrock',
      region: 'us-east-1',
      retries: 0,
    })
    const signed = await client.sign(`${wire.url}${path}/converse`, {
      method: 'POST',
      body: JSON.stringify(body),
    })
    const headers = Object.fromEntries(signed.headers)
    return (await fetch(signed.url, { method: 'POST', headers, body: JSON.stringify(body) + change })).status
  }
  expect(await ask('secret')).toBe(200)
  expect(await ask('other')).toBe(403)
  expect(await ask('secret', ' ')).toBe(403)
})

test('callers must say who they are', async () => {
  const wire = await wireFor('bedrock-converse', { key: 'sk-test' })
  const status = async (authorization: string) =>
    (await post(wire, `${path}/converse`, { body, headers: { authorization } })).status
  expect(await status('Bearer sk-test')).toBe(200)
  expect(await status('Bearer sk-other')).toBe(403)
  expect(await status('AWS4-HMAC-SHA256 Credential=a')).toBe(403)
  expect(await status('')).toBe(403)
  const arn = 'arn:aws:bedrock:eu-west-1:1:inference-profile/eu.amazon.nova-2-lite-v1:0'
  expect((await post(wire, `/model/${arn}/converse`, { body: { messages: [user] } })).status).toBe(404)
  expect(
    (await post(wire, `/model/${encodeURIComponent(arn)}/converse`, { body: { messages: [user] } })).status,
  ).toBe(200)
})
