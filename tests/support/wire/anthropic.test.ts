import { APIError } from '@anthropic-ai/sdk'
import type {
  MessageCreateParamsNonStreaming,
  MessageParam,
  Tool,
} from '@anthropic-ai/sdk/resources/messages'
import { expect, test } from 'vitest'
import { anthropicClient, post, wireFor } from './setup.ts'

const body: MessageCreateParamsNonStreaming = {
  model: 'claude-opus-4-5',
  max_tokens: 4096,
  messages: [{ role: 'user', content: 'Hi' }],
}
const thinking = { type: 'enabled', budget_tokens: 2048 } as const
const tools: Tool[] = [{ name: 'weather', input_schema: { type: 'object' } }]
const usage = { input: 100, cached: 60, cacheWrite: 10, output: 50, reasoning: 20 }
const wireUsage = {
  input_tokens: 30,
  cache_read_input_tokens: 60,
  cache_creation_input_tokens: 10,
  output_tokens: 50,
  output_tokens_details: { thinking_tokens: 20 },
}
const scene = {
  text: 'Ja, 世界 🌊',
  reasoning: { text: 'Let me see.', signature: 'c2lnbmVk' },
  calls: [
    { name: 'weather', arguments: { city: 'Zürich' } },
    { name: 'now', arguments: {} },
  ],
  usage,
}
const content = [
  { type: 'thinking', thinking: 'Let me see.', signature: 'c2lnbmVk' },
  { type: 'text', text: 'Ja, 世界 🌊' },
  { type: 'tool_use', name: 'weather', input: { city: 'Zürich' } },
  { type: 'tool_use', name: 'now', input: {} },
]

test('the SDK gets the same answer whole and streamed, however it is sent', async () => {
  const wire = await wireFor('anthropic-messages')
  const client = anthropicClient(wire)
  wire.next([scene, scene, { ...scene, dribble: true, crlf: true, comments: true }])
  const asked = { ...body, thinking, tools }
  const expected = { content, usage: wireUsage, stop_reason: 'tool_use' }
  expect(await client.messages.create(asked)).toMatchObject(expected)
  expect(await client.messages.stream(asked).finalMessage()).toMatchObject(expected)
  expect(await client.messages.stream(asked).finalMessage()).toMatchObject(expected)
})

test('thoughts come back as they were issued', async () => {
  const wire = await wireFor('anthropic-messages')
  const client = anthropicClient(wire)
  wire.next({ reasoning: { text: 'Hm' }, calls: [{ name: 'weather', arguments: { city: 'Rome' } }] })
  const asked = { ...body, thinking, tools }
  const answer = await client.messages.create(asked)
  const [thought, call] = answer.content
  if (thought?.type !== 'thinking' || call?.type !== 'tool_use') throw new Error('no call')
  const result: MessageParam = {
    role: 'user',
    content: [{ type: 'tool_result', tool_use_id: call.id, content: '3 C' }],
  }
  const replay = (blocks: MessageParam['content'][]) =>
    client.messages.create({
      ...asked,
      messages: [
        ...body.messages,
        ...blocks.map((content) => ({ role: 'assistant' as const, content })),
        result,
      ],
    })
  await replay([[thought, call]])
  await expect(replay([[{ ...thought, thinking: 'Ha' }, call]])).rejects.toThrow('cannot be modified')
  await expect(replay([[{ ...thought, signature: 'bWU=' }, call]])).rejects.toThrow('Invalid `signature`')
  await expect(replay([[call]])).rejects.toThrow('must start with a thinking block')
})

test('thoughts are shown, hidden or redacted as asked', async () => {
  const wire = await wireFor('anthropic-messages')
  const client = anthropicClient(wire)
  const reasoning = { text: 'Hm' }
  wire.next([{ reasoning }, { reasoning }, { reasoning: { text: '', encrypted: 'bG9ja2Vk' } }])
  const types = async (asked: Partial<MessageCreateParamsNonStreaming>) =>
    (await client.messages.create({ ...body, ...asked })).content
  expect(await types({})).toMatchObject([{ type: 'text' }])
  expect(await types({ thinking: { ...thinking, display: 'omitted' } })).toMatchObject([{ thinking: '' }, {}])
  expect(await types({ thinking })).toMatchObject([{ type: 'redacted_thinking', data: 'bG9ja2Vk' }, {}])
})

test('an answer ends as the scene says, and never above the cap', async () => {
  const wire = await wireFor('anthropic-messages')
  const client = anthropicClient(wire)
  wire.next([
    { text: 'a'.repeat(400), usage: { output: 100 } },
    { finish: 'content_filter' },
    { text: 'x', stopSequence: 'END' },
  ])
  const short = await client.messages.create({ ...body, max_tokens: 10 })
  expect(short).toMatchObject({
    stop_reason: 'max_tokens',
    usage: { output_tokens: 10 },
    content: [{ text: 'a'.repeat(40) }],
  })
  expect(await client.messages.create(body)).toMatchObject({ stop_reason: 'refusal', content: [] })
  expect(await client.messages.create(body)).toMatchObject({
    stop_reason: 'stop_sequence',
    stop_sequence: 'END',
  })
})

test('an answer by schema fits it', async () => {
  const wire = await wireFor('anthropic-messages')
  const schema = {
    type: 'object',
    properties: { n: { type: 'integer' }, tags: { type: 'array', items: { enum: ['a', 'b'] } } },
    additionalProperties: false,
  }
  const answer = await anthropicClient(wire).messages.create({
    ...body,
    output_config: { format: { type: 'json_schema', schema } },
  })
  expect(answer.content).toMatchObject([{ text: '{"n":1,"tags":["a"]}' }])
})

test('errors come before the answer or in its middle', async () => {
  const wire = await wireFor('anthropic-messages')
  const client = anthropicClient(wire)
  wire.next([
    { error: { status: 529 } },
    { error: { status: 529 }, errorAfter: 0 },
    { error: { status: 500, kind: 'api_error' }, errorAfter: 3 },
  ])
  const overloaded = { error: { type: 'error', error: { type: 'overloaded_error' } } }
  await expect(client.messages.create(body)).rejects.toMatchObject({ status: 529, ...overloaded })
  await expect(client.messages.stream(body).finalMessage()).rejects.toMatchObject(overloaded)
  const failing = client.messages.stream(body).finalMessage()
  await expect(failing).rejects.toBeInstanceOf(APIError)
})

test('tokens are counted', async () => {
  const wire = await wireFor('anthropic-messages')
  const { model, messages } = body
  const counted = await anthropicClient(wire).messages.countTokens({ model, messages })
  expect(counted.input_tokens).toBeGreaterThan(0)
  const refused = await post(wire, '/messages/count_tokens', { body })
  expect(await refused.json()).toMatchObject({
    error: { message: 'max_tokens: Extra inputs are not permitted' },
  })
})
