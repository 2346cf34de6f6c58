import { expect, test } from 'vitest'
import { post, wireFor } from './setup.ts'

const user = (...parts: object[]) => ({ role: 'user', parts })
const text = { text: 'a' }
const call = { functionCall: { name: 'f', args: {} } }
const model = (...parts: object[]) => ({ role: 'model', parts })
const answer = { functionResponse: { name: 'f', response: {} } }
const body = { contents: [user(text)] }
const declared = (parameters: object) => [{ functionDeclarations: [{ name: 'f', parameters }] }]
const flash = 'gemini-2.5-flash'
const pro = 'gemini-2.5-pro'
const three = 'gemini-3-pro'

const thinking = (thinkingConfig: object) => ({ generationConfig: { thinkingConfig } })

test.each([
  ['an unknown field', flash, { top_p: 1 }, 'Unknown name "topP": Cannot find field.'],
  ['a field of chat', flash, { messages: [] }, 'Unknown name "messages"'],
  [
    'an unknown field within',
    flash,
    { contents: [{ ...user(text), name: 'b' }] },
    `Unknown name "name" at 'contents[0]'`,
  ],
  [
    'an unknown setting',
    flash,
    { generationConfig: { maxTokens: 1 } },
    `Unknown name "maxTokens" at 'generation_config'`,
  ],
  [
    'a wrong type',
    flash,
    { contents: [user({ text: 1 })] },
    `Invalid value at 'contents[0].parts[0].text' (TYPE_STRING), 1`,
  ],
  ['no contents', flash, { contents: [] }, 'contents is not specified'],
  ['no parts', flash, { contents: [user()] }, 'must not be empty'],
  ['a part of nothing', flash, { contents: [user({ thought: true })] }, "required oneof field 'data'"],
  ['a part of two', flash, { contents: [user({ ...text, ...call })] }, "required oneof field 'data'"],
  ['a role of chat', flash, { contents: [{ role: 'assistant', parts: [text] }] }, 'Please use a valid role'],
  ['an instruction to Gemma', 'gemma-3-27b-it', { systemInstruction: { parts: [text] } }, 'not enabled'],
  [
    'a call without answer',
    flash,
    { contents: [user(text), model(call), user(text)] },
    'number of function response parts',
  ],
  [
    'fewer answers than calls',
    flash,
    { contents: [user(text), model(call, call), user(answer)] },
    'number of function response parts',
  ],
  [
    'an answer to another',
    flash,
    { contents: [user(text), model(call), user({ functionResponse: { name: 'g', response: {} } })] },
    'does not match',
  ],
  ['an answer to nothing', flash, { contents: [user(answer)] }, 'immediately after a function call turn'],
  ['an answer of the model', flash, { contents: [user(text), model(answer)] }, 'role user'],
  ['a call of the user', flash, { contents: [user(call), user(answer)] }, 'role model'],
  [
    'an answer that is a text',
    flash,
    { contents: [user(text), model(call), user({ functionResponse: { name: 'f', response: 'b' } })] },
    'function_response.response',
  ],
  [
    'arguments in a text',
    flash,
    { contents: [user(text), model({ functionCall: { name: 'f', args: '{}' } }), user(answer)] },
    'function_call.args',
  ],
  [
    'an unsigned call',
    three,
    { contents: [user(text), model(call), user(answer)] },
    'missing a thought_signature',
  ],
  [
    'an invented signature',
    flash,
    { contents: [user(text), model({ ...text, thoughtSignature: 'Yg==' }), user(text)] },
    'not valid',
  ],
  [
    'a hot temperature',
    flash,
    { generationConfig: { temperature: 2.5 } },
    'temperature must be in the range',
  ],
  ['six stops', flash, { generationConfig: { stopSequences: [...'abcdef'] } }, 'at most 5'],
  ['a large seed', flash, { generationConfig: { seed: 2 ** 40 } }, 'seed'],
  [
    'a schema without its type',
    flash,
    { generationConfig: { responseJsonSchema: {} } },
    'response_mime_type',
  ],
  ['logprobs alone', flash, { generationConfig: { logprobs: 2 } }, 'response_logprobs is not'],
  ['a level of an old model', flash, thinking({ thinkingLevel: 'LOW' }), 'Thinking level is not supported'],
  [
    'a level and a budget',
    three,
    thinking({ thinkingLevel: 'LOW', thinkingBudget: 200 }),
    'only set only one',
  ],
  ['a level that the model lacks', three, thinking({ thinkingLevel: 'MINIMAL' }), 'MINIMAL is not supported'],
  ['no thought where it must be', pro, thinking({ thinkingBudget: 0 }), 'only works in thinking mode'],
  ['too much thought', flash, thinking({ thinkingBudget: 32_768 }), 'between 0 and 24576'],
  [
    'two functions of a name',
    flash,
    { tools: [...declared({}), ...declared({})] },
    'Duplicate function declaration',
  ],
  [
    'a strict schema',
    flash,
    { tools: declared({ type: 'object', additionalProperties: false }) },
    'Unknown name "additionalProperties"',
  ],
  ['a reference', flash, { tools: declared({ $ref: '#' }) }, 'Unknown name "$ref"'],
  ['two types', flash, { tools: declared({ type: ['string', 'null'] }) }, 'type'],
  [
    'an object of nothing',
    flash,
    { tools: declared({ type: 'object', properties: {} }) },
    'should be non-empty for OBJECT',
  ],
  [
    'a required stranger',
    flash,
    { tools: declared({ type: 'object', properties: { a: { type: 'string' } }, required: ['b'] }) },
    'property is not defined',
  ],
  [
    'a forced call of nothing',
    flash,
    { toolConfig: { functionCallingConfig: { mode: 'ANY' } } },
    'without function_declarations',
  ],
  [
    'names where any will do',
    flash,
    {
      tools: declared({}),
      toolConfig: { functionCallingConfig: { mode: 'AUTO', allowedFunctionNames: ['f'] } },
    },
    'should only be set when',
  ],
  [
    'a picture of the web',
    flash,
    { contents: [user({ fileData: { fileUri: 'https://example.com/a.png' } })] },
    'unsupported file uri',
  ],
  [
    'bytes that are none',
    flash,
    { contents: [user({ inlineData: { mimeType: 'image/png', data: '?' } })] },
    'Base64 decoding failed',
  ],
])('%s is refused', async (...row) => {
  const [, model, change, message] = row
  const wire = await wireFor('gemini')
  const refused = await post(wire, `/models/${model}:generateContent`, { body: { ...body, ...change } })
  const { error } = (await refused.json()) as { error: { code: number; status: string; message: string } }
  expect(error).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' })
  expect(error.message).toContain(message)
})

test('names may be in either case, and null is nothing', async () => {
  const wire = await wireFor('gemini')
  const asked = { ...body, system_instruction: null, generation_config: { max_output_tokens: 5, topP: null } }
  wire.next({ text: 'a'.repeat(400) })
  const answer = await post(wire, `/models/${flash}:generateContent`, { body: asked })
  expect(await answer.json()).toMatchObject({ usageMetadata: { candidatesTokenCount: 5 } })
})
