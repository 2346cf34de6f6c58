import { expect, test } from 'vitest'
import { post, wireFor } from './setup.ts'

const body = { model: 'gpt-5.2', input: 'Hi' }
const user = (content: unknown) => ({ role: 'user', content })
const call = { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{}' }
const result = { type: 'function_call_output', call_id: 'call_1', output: 'a' }
const fn = (change: object) => ({ tools: [{ type: 'function', name: 'f', ...change }] })
const format = (change: object) => ({
  text: { format: { type: 'json_schema', name: 'n', schema: {}, ...change } },
})

test.each([
  ['no model', { model: undefined }, "Missing required parameter: 'model'.", 'model'],
  ['no input', { input: undefined }, 'must be provided', 'input'],
  ['an unknown field', { n: 1 }, "Unknown parameter: 'n'.", 'n'],
  [
    'an unknown field within',
    { input: [{ ...user('a'), x: 1 }] },
    "Unknown parameter: 'input[0].x'.",
    'input[0].x',
  ],
  ['a field of chat', { messages: [] }, "this parameter has moved to 'input'", 'messages'],
  ['a format of chat', { response_format: { type: 'text' } }, "moved to 'text.format'", 'response_format'],
  ['a part of chat', { input: [user([{ type: 'text', text: 'a' }])] }, 'Invalid', 'input[0].content[0].type'],
  [
    'a picture of chat',
    { input: [user([{ type: 'input_image', image_url: { url: 'https://a.b/c' } }])] },
    'Invalid type',
    'input[0].content[0].image_url',
  ],
  [
    'a tool of chat',
    { tools: [{ type: 'function', function: { name: 'f' } }] },
    "Missing required parameter: 'tools[0].name'",
    'tools[0].name',
  ],
  [
    'usage of chat',
    { stream: true, stream_options: { include_usage: true } },
    "Unknown parameter: 'stream_options.include_usage'",
    'stream_options.include_usage',
  ],
  [
    'options without stream',
    { stream_options: {} },
    "only allowed when 'stream' is enabled",
    'stream_options',
  ],
  [
    'what a user cannot say',
    { input: [user([{ type: 'output_text', text: 'a' }])] },
    'Invalid',
    'input[0].content[0].type',
  ],
  [
    'what the model cannot say',
    { input: [{ role: 'assistant', content: [{ type: 'input_text', text: 'a' }] }] },
    'Invalid',
    'input[0].content[0].type',
  ],
  ['a role of chat', { input: [{ role: 'tool', content: 'a' }] }, 'Invalid', 'input[0].role'],
  [
    'an id of something else',
    { input: [{ ...call, id: 'call_1' }, result] },
    "begins with 'fc'",
    'input[0].id',
  ],
  [
    'a call without output',
    { input: [user('a'), call] },
    'No tool output found for function call call_1',
    'input',
  ],
  ['an output without call', { input: [user('a'), result] }, 'No tool call found', 'input'],
  [
    'an invented thought',
    { input: [{ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'a' }, call, result] },
    'could not be verified',
    'input',
  ],
  ['a small cap', { max_output_tokens: 8 }, 'Expected a value >= 16', 'max_output_tokens'],
  ['a hot temperature', { model: 'gpt-4o', temperature: 3 }, 'temperature', 'temperature'],
  [
    'a temperature beside thought',
    { reasoning: { effort: 'low' }, temperature: 0.5 },
    'not supported with this model',
    'temperature',
  ],
  [
    'a temperature of an old thinker',
    { model: 'o3', temperature: 0.5 },
    'not supported with this model',
    'temperature',
  ],
  [
    'effort of who does not think',
    { model: 'gpt-4o', reasoning: { effort: 'low' } },
    'not supported',
    'reasoning.effort',
  ],
  [
    'an effort that it does not know',
    { model: 'gpt-5.2', reasoning: { effort: 'max' } },
    "'max' is not supported with the 'gpt-5.2' model",
    'reasoning.effort',
  ],
  ['a tool of no object', fn({ parameters: {} }), `got 'type: "None"'`, 'tools[0].parameters'],
  [
    'a strict tool that is loose',
    fn({ strict: true, parameters: { type: 'object' } }),
    "'additionalProperties' is required",
    'tools[0].parameters',
  ],
  [
    'a strict format that is loose',
    format({ strict: true, schema: { type: 'object', properties: { a: {} }, additionalProperties: false } }),
    "Missing 'a'",
    'text.format.schema',
  ],
  [
    'a format of no name',
    format({ name: undefined }),
    "Missing required parameter: 'text.format.name'",
    'text.format.name',
  ],
  [
    'JSON of which nobody speaks',
    { text: { format: { type: 'json_object' } } },
    "must contain the word 'json'",
    'input',
  ],
  ['a choice of nothing', { tool_choice: 'required' }, "must be specified with 'tools'", 'tool_choice'],
  [
    'a choice of a stranger',
    { ...fn({}), tool_choice: { type: 'function', name: 'g' } },
    "not found in 'tools'",
    'tool_choice',
  ],
  ['metadata that are no text', { metadata: { a: 1 } }, 'Invalid type', 'metadata.a'],
])('%s is refused', async (...row) => {
  const [, change, message, param] = row
  const wire = await wireFor('openai-responses')
  const refused = await post(wire, '/responses', { body: { ...body, ...change } })
  const { error } = (await refused.json()) as { error: { message: string } }
  expect(error).toMatchObject({ type: 'invalid_request_error', param })
  expect(error.message).toContain(message)
  expect(refused.status).toBe(400)
})

test('the key must be right', async () => {
  const wire = await wireFor('openai-responses', { key: 'sk-test' })
  const status = async (authorization: string) =>
    (await post(wire, '/responses', { body, headers: { authorization } })).status
  expect(await status('Bearer sk-test')).toBe(200)
  expect(await status('Bearer sk-other')).toBe(401)
  expect(await status('')).toBe(401)
})
