import { APIError } from 'openai'
import type { ChatCompletionChunk, ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat'
import { expect, test } from 'vitest'
import { openaiClient, post, wireFor } from './setup.ts'

const tools = ['weather', 'now'].map((name) => ({
  type: 'function' as const,
  function: { name, parameters: { type: 'object' } },
}))
const body = { model: 'gpt-5.2', messages: [{ role: 'user' as const, content: 'Hi' }], tools }
const scene = {
  text: 'Ja, 世界 🌊',
  reasoning: { text: 'Let me see.' },
  calls: [
    { name: 'weather', arguments: { city: 'Zürich' } },
    { name: 'now', arguments: {} },
  ],
  usage: { input: 100, cached: 60, cacheWrite: 10, output: 50, reasoning: 20 },
}
const expected = {
  choices: [
    {
      finish_reason: 'tool_calls',
      message: {
        content: 'Ja, 世界 🌊',
        tool_calls: [
          { function: { name: 'weather', arguments: '{"city":"Zürich"}' } },
          { function: { name: 'now', arguments: '{}' } },
        ],
      },
    },
  ],
  usage: {
    prompt_tokens: 100,
    completion_tokens: 50,
    total_tokens: 150,
    prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
    completion_tokens_details: { reasoning_tokens: 20 },
  },
}
const withUsage = { ...body, stream_options: { include_usage: true } }

test('the SDK gets the same answer whole and streamed, however it is sent', async () => {
  const wire = await wireFor('openai-chat')
  const client = openaiClient(wire)
  wire.next([scene, scene, { ...scene, dribble: true, crlf: true, comments: true }])
  expect(await client.chat.completions.create(body)).toMatchObject(expected)
  const collect = () => client.chat.completions.stream(withUsage).finalChatCompletion()
  expect(await collect()).toMatchObject(expected)
  expect(await collect()).toMatchObject(expected)
})

async function chunksOf(
  body: ChatCompletionCreateParamsNonStreaming,
  scene: object,
): Promise<ChatCompletionChunk[]> {
  const wire = await wireFor('openai-chat')
  wire.next(scene)
  const chunks: ChatCompletionChunk[] = []
  for await (const chunk of await openaiClient(wire).chat.completions.create({ ...body, stream: true }))
    chunks.push(chunk)
  return chunks
}

test('calls are written side by side', async () => {
  const chunks = await chunksOf(body, { calls: scene.calls })
  const indices = chunks.flatMap(
    ({ choices }) => choices[0]?.delta.tool_calls?.map(({ index }) => index) ?? [],
  )
  expect(indices.slice(0, 4)).toEqual([0, 1, 0, 1])
})

test('usage comes to who asks for it', async () => {
  const silent = await chunksOf(body, {})
  expect(silent.every((chunk) => !('usage' in chunk))).toBe(true)
  const told = await chunksOf(withUsage, {})
  expect(told.slice(0, -1).every(({ usage }) => usage === null)).toBe(true)
  expect(told.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: expect.any(Number) } })
})

test('chunks hide how long they are unless asked not to', async () => {
  expect((await chunksOf(body, {}))[0]).toHaveProperty('obfuscation')
  const plain = { ...body, stream_options: { include_obfuscation: false } }
  expect((await chunksOf(plain, {}))[0]).not.toHaveProperty('obfuscation')
})

test('several choices come side by side, with the probabilities of their tokens', async () => {
  const asked = { ...body, model: 'gpt-4o', n: 2, logprobs: true, top_logprobs: 1 }
  const chunks = await chunksOf(asked, { text: 'é b' })
  const said = chunks.flatMap(({ choices }) => choices).filter(({ delta }) => delta.content)
  expect(said.map(({ index }) => index)).toEqual([0, 1, 0, 1])
  expect(said[0]?.logprobs?.content?.[0]).toMatchObject({
    token: 'é',
    bytes: [0xc3, 0xa9],
    top_logprobs: [{}],
  })
})

test('an answer ends as the scene says, and never above the cap', async () => {
  const wire = await wireFor('openai-chat')
  const create = openaiClient(wire).chat.completions.create.bind(openaiClient(wire).chat.completions)
  wire.next([
    { text: 'a'.repeat(400), usage: { output: 100 } },
    { refusal: 'No.' },
    { finish: 'content_filter' },
  ])
  expect(await create({ ...body, max_completion_tokens: 10 })).toMatchObject({
    choices: [{ finish_reason: 'length', message: { content: 'a'.repeat(40) } }],
    usage: { completion_tokens: 10 },
  })
  expect(await create(body)).toMatchObject({ choices: [{ message: { content: null, refusal: 'No.' } }] })
  expect(await create(body)).toMatchObject({ choices: [{ finish_reason: 'content_filter' }] })
})

test('custom tools are called by text', async () => {
  const wire = await wireFor('openai-chat')
  wire.next({ calls: [{ name: 'sql', arguments: { input: 'select 1' } }] })
  const sql = { type: 'custom' as const, custom: { name: 'sql' } }
  const answer = await openaiClient(wire).chat.completions.create({ ...body, tools: [sql] })
  expect(answer.choices[0]?.message.tool_calls).toMatchObject([
    { custom: { name: 'sql', input: 'select 1' } },
  ])
})

test('an answer by schema fits it', async () => {
  const wire = await wireFor('openai-chat')
  const schema = {
    anyOf: [
      { type: 'object', properties: { on: { type: 'boolean' }, at: { type: 'string', format: 'date' } } },
    ],
  }
  const response_format = { type: 'json_schema' as const, json_schema: { name: 'n', schema } }
  const answer = await openaiClient(wire).chat.completions.create({ ...body, response_format })
  expect(answer.choices[0]?.message.content).toBe('{"on":true,"at":"2025-11-23"}')
})

test('third parties show thoughts, and take them back', async () => {
  const wire = await wireFor('openai-chat', { reasoningContent: true })
  wire.next([scene, scene])
  const whole = await openaiClient(wire).chat.completions.create(body)
  const message = whole.choices[0]?.message
  expect(message).toMatchObject({ reasoning_content: 'Let me see.' })
  const results =
    message?.tool_calls?.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: 'a' })) ?? []
  const { refusal: _, ...said } = { ...message, annotations: undefined }
  const back = { ...body, stream: true, messages: [...body.messages, said, ...results] }
  expect(await (await post(wire, '/chat/completions', { body: back })).text()).toContain(
    '"reasoning_content"',
  )
})

test('errors come before the answer or in its middle', async () => {
  const wire = await wireFor('openai-chat')
  const { completions } = openaiClient(wire).chat
  wire.next([{ error: { status: 429, kind: 'tokens' } }, { error: { status: 500 }, errorAfter: 3 }])
  await expect(completions.create(body)).rejects.toMatchObject({ status: 429, type: 'tokens' })
  const failing = completions.stream(body).finalChatCompletion()
  await expect(failing).rejects.toBeInstanceOf(APIError)
})
