import { expect, test } from 'vitest'
import { post, wireFor } from './setup.ts'

const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] }
const user = (content: unknown) => ({ role: 'user', content })
const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }
const calling = { role: 'assistant', content: null, tool_calls: [call] }
const result = { role: 'tool', tool_call_id: 'call_1', content: 'a' }
const fn = (change: object) => ({ tools: [{ type: 'function', function: { name: 'f', ...change } }] })

test.each([
  ['no model', { model: undefined }, "Missing required parameter: 'model'."],
  ['no messages', { messages: undefined }, "Missing required parameter: 'messages'."],
  ['an unknown field', { top_k: 1 }, 'Unrecognized request argument supplied: top_k'],
  ['an unknown field within', { messages: [{ ...user('a'), x: 1 }] }, "Unknown parameter: 'messages[0].x'."],
  ['a block of Anthropic', { messages: [user([{ type: 'image', source: {} }])] }, 'Invalid'],
  ['a part of Responses', { messages: [user([{ type: 'input_text', text: 'a' }])] }, 'Invalid'],
  [
    'a picture in a text',
    { messages: [user([{ type: 'image_url', image_url: 'https://a.b/c' }])] },
    'expected an object, but got string',
  ],
  [
    'a picture of nowhere',
    { messages: [user([{ type: 'image_url', image_url: { url: 'c.png' } }])] },
    'Expected a valid URL',
  ],
  [
    'a file in bare base64',
    { messages: [user([{ type: 'file', file: { file_data: 'YQ==' } }])] },
    'Expected a data URL',
  ],
  ['a role of Gemini', { messages: [{ role: 'model', content: 'a' }] }, 'Invalid'],
  [
    'an assistant that says nothing',
    { messages: [{ role: 'assistant', content: null }] },
    "Invalid value for 'content'",
  ],
  [
    'arguments that are no text',
    { messages: [{ ...calling, tool_calls: [{ ...call, function: { name: 'f', arguments: {} } }] }, result] },
    'expected a string, but got object',
  ],
  [
    'a call without answer',
    { messages: [user('a'), calling, user('b')] },
    'did not have response messages: call_1',
  ],
  [
    'a call without answer at the end',
    { messages: [user('a'), calling] },
    'did not have response messages: call_1',
  ],
  ['an answer without call', { messages: [user('a'), result] }, 'must be a response to a preceeding message'],
  [
    'thoughts',
    { messages: [user('a'), { role: 'assistant', content: 'b', reasoning_content: 'c' }] },
    "Unknown parameter: 'messages[1].reasoning_content'",
  ],
  [
    'an extension of calls',
    { messages: [user('a'), { ...calling, tool_calls: [{ ...call, extra_content: {} }] }, result] },
    'extra_content',
  ],
  [
    'options without stream',
    { stream_options: { include_usage: true } },
    "only allowed when 'stream' is enabled",
  ],
  ['five stops', { stop: [...'abcde'] }, 'array too long'],
  ['a hot temperature', { temperature: 2.1 }, "Invalid 'temperature'"],
  ['a penalty', { presence_penalty: 3 }, "Invalid 'presence_penalty'"],
  ['no answers', { n: 0 }, "Invalid 'n'"],
  ['two caps', { max_tokens: 1, max_completion_tokens: 1 }, 'at the same time'],
  ['the old cap of a thinker', { model: 'gpt-5.2', max_tokens: 1 }, "Use 'max_completion_tokens' instead"],
  ['a temperature of a thinker', { model: 'gpt-5', temperature: 0.5 }, "'temperature' is not supported"],
  [
    'effort of who does not think',
    { reasoning_effort: 'low' },
    'Unrecognized request argument supplied: reasoning_effort',
  ],
  [
    'an effort that it does not know',
    { model: 'gpt-5', reasoning_effort: 'none' },
    "'none' is not supported with the 'gpt-5' model. Supported values are: 'minimal', 'low', 'medium', 'high'.",
  ],
  ['alternatives without probabilities', { top_logprobs: 2 }, "'logprobs' parameter must be enabled"],
  ['a tool of Responses', { tools: [{ type: 'function', name: 'f' }] }, "'tools[0].function'"],
  ['no tools', { tools: [] }, 'empty array'],
  ['a tool of a long name', fn({ name: 'f'.repeat(65) }), 'string does not match pattern'],
  [
    'a strict tool that is loose',
    fn({ strict: true, parameters: { type: 'object', additionalProperties: false, properties: { a: {} } } }),
    "Missing 'a'",
  ],
  [
    'a choice without tools',
    { tool_choice: 'auto' },
    "'tool_choice' is only allowed when 'tools' are specified",
  ],
  ['side by side without tools', { parallel_tool_calls: false }, "'parallel_tool_calls' is only allowed"],
  [
    'a choice of a stranger',
    { ...fn({}), tool_choice: { type: 'function', function: { name: 'g' } } },
    "'g' not found",
  ],
  [
    'JSON of which nobody speaks',
    { response_format: { type: 'json_object' } },
    "must contain the word 'json'",
  ],
  [
    'a format of no name',
    { response_format: { type: 'json_schema', json_schema: { schema: {} } } },
    "'response_format.json_schema.name'",
  ],
])('%s is refused', async (_, change, message) => {
  const wire = await wireFor('openai-chat')
  const refused = await post(wire, '/chat/completions', { body: { ...body, ...change } })
  const { error } = (await refused.json()) as { error: { message: string } }
  expect(error).toMatchObject({ type: 'invalid_request_error' })
  expect(Object.keys(error).sort()).toEqual(['code', 'message', 'param', 'type'])
  expect(error.message).toContain(message)
  expect(refused.status).toBe(400)
})

test('the key must be right', async () => {
  const wire = await wireFor('openai-chat', { key: 'sk-test' })
  const status = async (authorization: string) =>
    (await post(wire, '/chat/completions', { body, headers: { authorization } })).status
  expect(await status('Bearer sk-test')).toBe(200)
  expect(await status('Bearer sk-other')).toBe(401)
  expect(await status('')).toBe(401)
  expect((await post(wire, '/nothing', { body })).status).toBe(404)
})
