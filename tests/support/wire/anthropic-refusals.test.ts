import { expect, test } from 'vitest'
import { post, wireFor } from './setup.ts'

const body = { model: 'claude-sonnet-4-5', max_tokens: 4096, messages: [{ role: 'user', content: 'Hi' }] }
const thinking = { type: 'enabled', budget_tokens: 2048 }
const tools = [{ name: 'weather', input_schema: { type: 'object' } }]

const call = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} }
const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'ok' }
const user = (content: unknown) => ({ role: 'user', content })
const assistant = (content: unknown) => ({ role: 'assistant', content })
const newest = 'claude-opus-5'
const latest = 'claude-opus-5-5'

test.each([
  ['no cap', { max_tokens: undefined }, 'max_tokens: Field required'],
  ['an unknown field', { n: 1 }, 'n: Extra inputs are not permitted'],
  [
    'an unknown field within',
    { messages: [{ role: 'user', content: 'a', name: 'b' }] },
    'messages.0.name: Extra',
  ],
  [
    'an unknown field of a block',
    { messages: [user([{ type: 'text', text: 'a', x: 1 }])] },
    'messages.0.content.0.x: Extra',
  ],
  [
    'a text that is none',
    { messages: [user([{ type: 'text', text: 1 }])] },
    'messages.0.content.0.text: Input should be a valid string',
  ],
  ['a block of no type', { messages: [user([{ type: 'image_url' }])] }, 'messages.0.content.0'],
  ['no message', { messages: [] }, 'at least one message'],
  [
    'a wrong role',
    { messages: [{ role: 'tool', content: 'a' }] },
    "messages.0.role: Input should be 'user', 'assistant'",
  ],
  [
    'an assistant in front',
    { messages: [assistant('a'), user('b')] },
    'first message must use the "user" role',
  ],
  [
    'blank text',
    { messages: [user([{ type: 'text', text: ' ' }])] },
    'text content blocks must be non-empty',
  ],
  ['empty content', { messages: [user('')] }, 'user messages must have non-empty content'],
  [
    'a call without result',
    { messages: [user('a'), assistant([call]), user('b')] },
    'without `tool_result` blocks immediately after: toolu_1',
  ],
  [
    'a result behind text',
    { messages: [user('a'), assistant([call]), user([{ type: 'text', text: 'b' }, result])] },
    'immediately after',
  ],
  ['a result of no call', { messages: [user([result])] }, 'unexpected `tool_use_id`'],
  [
    'a result of the assistant',
    { messages: [user('a'), assistant([result])] },
    'not allowed in assistant messages',
  ],
  [
    'an invented signature',
    { messages: [user('a'), assistant([{ type: 'thinking', thinking: 'b', signature: 'c' }]), user('d')] },
    'Invalid `signature`',
  ],
  ['a hot temperature', { temperature: 1.5 }, 'temperature'],
  ['temperature and top_p', { temperature: 0.5, top_p: 0.5 }, 'cannot both be specified'],
  ['a temperature of the newest', { model: newest, temperature: 0.5 }, '`temperature` is deprecated'],
  ['top_k of the newest', { model: newest, top_k: 5 }, '`top_k` is deprecated'],
  [
    'a prefilled answer of the newest',
    { model: newest, messages: [user('a'), assistant('b')] },
    'does not support assistant message prefill',
  ],
  ['a cap above the model', { max_tokens: 64_001 }, '64001 > 64000'],
  ['a budget above the cap', { max_tokens: 2000, thinking }, 'must be greater than `thinking.budget_tokens`'],
  ['a small budget', { thinking: { type: 'enabled', budget_tokens: 100 } }, 'thinking.budget_tokens'],
  [
    'adaptive thought of an old model',
    { thinking: { type: 'adaptive' } },
    '"thinking.type.adaptive" is not supported',
  ],
  ['a temperature beside thought', { thinking, temperature: 0.5 }, 'may only be set to 1 when thinking'],
  [
    'thought and a forced call',
    { thinking, tools, tool_choice: { type: 'any' } },
    'tool_choice forces tool use',
  ],
  ['a choice without tools', { tool_choice: { type: 'auto' } }, 'while providing tools'],
  ['tools of one name', { tools: [...tools, ...tools] }, 'must be unique'],
  ['a tool in the way of OpenAI', { tools: [{ type: 'function', function: { name: 'f' } }] }, 'tools.0'],
  [
    'five marks',
    {
      system: Array.from({ length: 5 }, () => ({
        type: 'text',
        text: 'a',
        cache_control: { type: 'ephemeral' },
      })),
    },
    'Found 5',
  ],
  [
    'a loose schema',
    { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } },
    'explicitly set to false',
  ],
  [
    'a bound in a schema',
    { output_config: { format: { type: 'json_schema', schema: { type: 'number', minimum: 1 } } } },
    "'minimum' is not supported",
  ],
  [
    'a picture that is no base64',
    { messages: [user([{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: '?' } }])] },
    'messages.0.content.0.source.data',
  ],
  ['a budget of a newer model', { model: newest, thinking }, '"thinking.type.enabled" is not supported'],
  ['no thought of the latest', { model: latest, thinking: { type: 'disabled' } }, '"thinking.type.disabled"'],
  [
    'a forced call of the latest',
    { model: latest, tools, tool_choice: { type: 'any' } },
    "'any' is not supported",
  ],
])('%s is refused', async (_, change, message) => {
  const wire = await wireFor('anthropic-messages')
  const answer = await post(wire, '/messages', { body: { ...body, ...change } })
  expect(answer.status).toBe(400)
  const { error, ...rest } = (await answer.json()) as { error: { type: string; message: string } }
  expect(rest).toEqual({ type: 'error', request_id: answer.headers.get('request-id') })
  expect(error.type).toBe('invalid_request_error')
  expect(error.message).toContain(message)
})

test('headers must be right', async () => {
  const wire = await wireFor('anthropic-messages', { key: 'sk-test' })
  const status = async (headers: Record<string, string>) =>
    (await post(wire, '/messages', { body, headers })).status
  expect(await status({})).toBe(200)
  expect(await status({ 'x-api-key': '' })).toBe(401)
  expect(await status({ 'x-api-key': '', authorization: 'Bearer sk-test' })).toBe(401)
  expect(await status({ 'x-api-key': 'sk-other' })).toBe(401)
  expect(await status({ 'anthropic-version': '2020' })).toBe(400)
  expect((await fetch(`${wire.url}/nothing`)).status).toBe(404)
})

test('the newer version of the API takes no sampling, no documents of the model, no citations of users', async () => {
  const wire = await wireFor('anthropic-messages')
  const status = async (version: string, change: object) =>
    (
      await post(wire, '/messages', {
        body: { ...body, ...change },
        headers: { 'anthropic-version': version },
      })
    ).status
  const document = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a' } }
  const cited = { type: 'text', text: 'a', citations: [{ type: 'char_location' }] }
  const changes = [
    { temperature: 1 },
    { messages: [user([cited])] },
    { messages: [user('a'), assistant([document]), user('b')] },
  ]
  for (const change of changes) expect(await status('2026-10-21', change)).toBe(400)
  for (const change of changes.slice(0, 2)) expect(await status('2023-06-01', change)).toBe(200)
  expect(await status('2026-10-21', {})).toBe(200)
})
