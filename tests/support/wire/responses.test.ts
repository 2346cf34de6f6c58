import type {
  ResponseCreateParamsNonStreaming,
  ResponseInputItem,
  ResponseStreamEvent,
  Tool,
} from 'openai/resources/responses/responses'
import { expect, test } from 'vitest'
import { openaiClient, post, wireFor } from './setup.ts'

const tools: Tool[] = [
  { type: 'function', name: 'weather', parameters: { type: 'object' }, strict: false },
  { type: 'function', name: 'now', parameters: null, strict: false },
]
const body = { model: 'gpt-5.2', input: 'Hi', tools }
const usage = { input: 100, cached: 60, cacheWrite: 10, output: 50, reasoning: 20 }
const scene = {
  text: 'Ja, 世界 🌊',
  reasoning: { text: 'Let me see.', encrypted: 'bG9ja2Vk' },
  calls: [
    { name: 'weather', arguments: { city: 'Zürich' } },
    { name: 'now', arguments: {} },
  ],
  usage,
}
const asked = {
  ...body,
  store: false,
  reasoning: { effort: 'low', summary: 'auto' },
  include: ['reasoning.encrypted_content'],
} satisfies ResponseCreateParamsNonStreaming

const expected = {
  status: 'completed',
  output: [
    { type: 'reasoning', summary: [{ text: 'Let me see.' }], encrypted_content: 'bG9ja2Vk' },
    { type: 'message', status: 'completed', content: [{ type: 'output_text', text: 'Ja, 世界 🌊' }] },
    { type: 'function_call', name: 'weather', arguments: '{"city":"Zürich"}' },
    { type: 'function_call', name: 'now', arguments: '{}' },
  ],
  usage: {
    input_tokens: 100,
    input_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
    output_tokens: 50,
    output_tokens_details: { reasoning_tokens: 20 },
    total_tokens: 150,
  },
}

test('the SDK gets the same answer whole and streamed, however it is sent', async () => {
  const wire = await wireFor('openai-responses')
  const client = openaiClient(wire)
  wire.next([scene, scene, { ...scene, dribble: true, crlf: true, comments: true }])
  expect(await client.responses.create(asked)).toMatchObject(expected)
  expect(await client.responses.stream(asked).finalResponse()).toMatchObject(expected)
  expect(await client.responses.stream(asked).finalResponse()).toMatchObject(expected)
})

test('events are numbered, and hide how long they are unless asked not to', async () => {
  const wire = await wireFor('openai-responses')
  const events: ResponseStreamEvent[] = []
  for (const include_obfuscation of [true, false]) {
    const stream = await openaiClient(wire).responses.create({
      ...body,
      stream: true,
      stream_options: { include_obfuscation },
    })
    for await (const event of stream) events.push(event)
  }
  const half = events.length / 2
  expect(events.map((event) => event.sequence_number)).toEqual([...events.keys()].map((at) => at % half))
  const hidden = events.map((event) => 'obfuscation' in event)
  expect(hidden.slice(0, half)).toContain(true)
  expect(hidden.slice(half)).not.toContain(true)
})

test('a thought comes back locked, in front of what followed it', async () => {
  const wire = await wireFor('openai-responses')
  const client = openaiClient(wire)
  wire.next({ reasoning: { text: 'Hm' }, calls: [{ name: 'now', arguments: {} }] })
  const answer = await client.responses.create(asked)
  const [thought, call] = answer.output
  if (thought?.type !== 'reasoning' || call?.type !== 'function_call') throw new Error('no call')
  const result: ResponseInputItem = { type: 'function_call_output', call_id: call.call_id, output: 'noon' }
  const user: ResponseInputItem = { role: 'user', content: 'Hi' }
  const replay = (...items: ResponseInputItem[]) =>
    client.responses.create({ ...asked, input: [user, ...items] })
  await replay(thought, call, result)
  const { id: _, ...unnamed } = call
  await replay(unnamed, result)
  await expect(replay(call, result)).rejects.toThrow("without its required 'reasoning' item")
  await expect(replay(thought, result)).rejects.toThrow('No tool call found')
  await expect(replay(thought)).rejects.toThrow('without its required following item')
  await expect(replay({ ...thought, id: 'rs_other' }, call, result)).rejects.toThrow('item_id did not match')
  await expect(replay({ ...thought, encrypted_content: 'bWU=' }, call, result)).rejects.toMatchObject({
    code: 'invalid_encrypted_content',
  })
  await expect(replay({ ...thought, encrypted_content: null }, call, result)).rejects.toThrow('not found')
})

test('what was stored can be gone on from', async () => {
  const wire = await wireFor('openai-responses')
  const client = openaiClient(wire)
  wire.next({ calls: [{ name: 'now', arguments: {} }] })
  const { id, output } = await client.responses.create(body)
  const [call] = output
  if (call?.type !== 'function_call') throw new Error('no call')
  const input: ResponseInputItem[] = [{ type: 'function_call_output', call_id: call.call_id, output: 'noon' }]
  await client.responses.create({ ...body, previous_response_id: id, input })
  const lost = client.responses.create({ ...asked, previous_response_id: 'resp_other', input })
  await expect(lost).rejects.toMatchObject({ code: 'previous_response_not_found' })
})

test('thoughts are told as asked', async () => {
  const wire = await wireFor('openai-responses')
  const client = openaiClient(wire)
  const reasoning = { text: 'Hm' }
  wire.next([{ reasoning }, { reasoning }, { reasoning }])
  expect((await client.responses.create(body)).output[0]).toMatchObject({ summary: [] })
  const open = { ...body, model: 'gpt-oss-120b' }
  const raw = { content: [{ type: 'reasoning_text', text: 'Hm' }] }
  expect((await client.responses.create(open)).output[0]).toMatchObject(raw)
  expect((await client.responses.stream(open).finalResponse()).output[0]).toMatchObject(raw)
})

test('an answer ends as the scene says, and never above the cap', async () => {
  const wire = await wireFor('openai-responses')
  const client = openaiClient(wire)
  wire.next([
    { text: 'a'.repeat(400), usage: { output: 100 } },
    { refusal: 'No.' },
    { finish: 'content_filter' },
  ])
  const short = await client.responses.create({ ...body, max_output_tokens: 20 })
  expect(short).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } })
  expect(short).toMatchObject({ usage: { output_tokens: 20 }, output_text: 'a'.repeat(80) })
  const refused = await client.responses.stream(body).finalResponse()
  expect(refused.output).toMatchObject([{ content: [{ type: 'refusal', refusal: 'No.' }] }])
  const filtered = await client.responses.create(body)
  expect(filtered).toMatchObject({ incomplete_details: { reason: 'content_filter' }, output: [] })
})

test('custom tools are called by text', async () => {
  const wire = await wireFor('openai-responses')
  wire.next({ calls: [{ name: 'sql', arguments: { input: 'select 1' } }] })
  const answer = await openaiClient(wire)
    .responses.stream({ ...body, tools: [{ type: 'custom', name: 'sql' }] })
    .finalResponse()
  expect(answer.output).toMatchObject([{ type: 'custom_tool_call', name: 'sql', input: 'select 1' }])
})

test('an answer by schema fits it', async () => {
  const wire = await wireFor('openai-responses')
  const schema = {
    type: 'object',
    properties: { n: { type: 'integer' } },
    required: ['n'],
    additionalProperties: false,
  }
  const format = { type: 'json_schema', name: 'n', strict: true, schema } as const
  const answer = await openaiClient(wire).responses.create({ ...body, text: { format } })
  expect(answer.output_text).toBe('{"n":1}')
})

test('errors come before the answer or in its middle', async () => {
  const wire = await wireFor('openai-responses')
  const client = openaiClient(wire)
  wire.next([
    { error: { status: 429 } },
    { error: { status: 500 }, errorAfter: 4 },
    { error: { status: 500 }, errorAfter: 4 },
  ])
  await expect(client.responses.create(body)).rejects.toMatchObject({
    status: 429,
    code: 'rate_limit_exceeded',
  })
  await expect(client.responses.stream(body).finalResponse()).rejects.toMatchObject({ code: 'server_error' })
  const raw = await (await post(wire, '/responses', { body: { ...body, stream: true } })).text()
  expect(raw).toMatch(/event: error\ndata: {"type":"error","sequence_number":4,"code":"server_error"/)
  expect(raw).toMatch(/event: response.failed\n.*"sequence_number":5.*"status":"failed"/)
})
