import { expect, test } from 'vitest'
import { post, wireFor } from './setup.ts'

const claude = 'anthropic.claude-opus-4-5-20251101-v1:0'
const newest = 'us.anthropic.claude-opus-5-5'
const nova = 'amazon.nova-2-lite-v1:0'
const text = { text: 'Hi' }
const user = (...content: object[]) => ({ role: 'user', content })
const assistant = (...content: object[]) => ({ role: 'assistant', content })
const call = { toolUse: { toolUseId: 't1', name: 'f', input: {} } }
const result = { toolResult: { toolUseId: 't1', content: [text] } }
const spec = { toolSpec: { name: 'f', inputSchema: { json: { type: 'object' } } } }
const toolConfig = { tools: [spec] }
const pdf = (name: string) => ({ document: { format: 'pdf', name, source: { bytes: 'YQ==' } } })
const thinking = (thinking: object) => ({ additionalModelRequestFields: { thinking } })
const body = { messages: [user(text)] }

test.each([
  ['no messages', claude, { messages: undefined }, "Value null at 'messages'"],
  ['an unknown field', claude, { model: 'a' }, 'extraneous key [model]'],
  ['an unknown setting', claude, { inferenceConfig: { topK: 1 } }, 'extraneous key [topK]'],
  [
    'a block of Anthropic',
    claude,
    { messages: [user({ type: 'text', text: 'a' })] },
    'extraneous key [type]',
  ],
  [
    'a block of two',
    claude,
    { messages: [user({ ...text, cachePoint: { type: 'default' } })] },
    'exactly one member',
  ],
  [
    'an assistant in front',
    claude,
    { messages: [assistant(text), user(text)] },
    'must start with a user message',
  ],
  ['two users', claude, { messages: [user(text), user(text)] }, 'must alternate'],
  ['nothing said', claude, { messages: [user()] }, 'is empty'],
  ['blank text', claude, { messages: [user({ text: ' \n' })] }, 'messages.0.content.0 is blank'],
  ['a blank instruction', claude, { system: [{ text: '' }] }, 'system.0 is blank'],
  [
    'tools in the past alone',
    claude,
    { messages: [user(text), assistant(call), user(result)] },
    'toolConfig field must be defined',
  ],
  [
    'a call without result',
    claude,
    { toolConfig, messages: [user(text), assistant(call), user(text)] },
    'Ids: t1',
  ],
  [
    'a result without call',
    claude,
    { toolConfig, messages: [user(result)] },
    'exceeds the number of toolUse blocks',
  ],
  ['a call of the user', claude, { toolConfig, messages: [user(call)] }, 'not allowed for this role'],
  ['no tools', claude, { toolConfig: { tools: [] } }, 'toolConfig.tools'],
  [
    'an empty description',
    claude,
    { toolConfig: { tools: [{ toolSpec: { ...spec.toolSpec, description: '' } }] } },
    'description',
  ],
  ['no choice', claude, { toolConfig: { ...toolConfig, toolChoice: { none: {} } } }, 'extraneous key [none]'],
  [
    'a choice of a stranger',
    claude,
    { toolConfig: { ...toolConfig, toolChoice: { tool: { name: 'g' } } } },
    'not in toolConfig.tools',
  ],
  [
    'a picture of the web',
    claude,
    { messages: [user({ image: { format: 'png', source: { url: 'https://a.b/c' } } })] },
    'messages[0].content[0].image.source',
  ],
  ['a file name', claude, { messages: [user(text, pdf('a.pdf'))] }, 'can only contain alphanumeric'],
  ['two documents of a name', claude, { messages: [user(text, pdf('a'), pdf('a'))] }, 'must be unique'],
  ['a document alone', claude, { messages: [user(pdf('a'))] }, 'A text block must be included'],
  ['a hot temperature', claude, { inferenceConfig: { temperature: 1.5 } }, 'inferenceConfig.temperature'],
  ['no output', claude, { inferenceConfig: { maxTokens: 0 } }, 'inferenceConfig.maxTokens'],
  [
    'an invented signature',
    claude,
    {
      messages: [
        user(text),
        assistant({ reasoningContent: { reasoningText: { text: 'a', signature: 'b' } } }),
        user(text),
      ],
    },
    'Invalid `signature`',
  ],
  [
    'an unsigned thought',
    claude,
    { messages: [user(text), assistant({ reasoningContent: { reasoningText: { text: 'a' } } }), user(text)] },
    'Invalid `signature`',
  ],
  [
    'a field that Claude does not know',
    claude,
    { additionalModelRequestFields: { seed: 1 } },
    'seed: Extra inputs are not permitted',
  ],
  [
    'a budget above the cap',
    claude,
    { ...thinking({ type: 'enabled', budget_tokens: 2000 }), inferenceConfig: { maxTokens: 2000 } },
    'must be greater than',
  ],
  [
    'a temperature beside thought',
    claude,
    { ...thinking({ type: 'enabled', budget_tokens: 2000 }), inferenceConfig: { temperature: 0.5 } },
    'when thinking is enabled',
  ],
  [
    'thought and a forced call',
    claude,
    {
      ...thinking({ type: 'enabled', budget_tokens: 2000 }),
      toolConfig: { ...toolConfig, toolChoice: { any: {} } },
    },
    'forces tool use',
  ],
  [
    'a budget of the newest',
    newest,
    thinking({ type: 'enabled', budget_tokens: 2000 }),
    '"thinking.type.enabled" is not supported',
  ],
  ['a temperature of the newest', newest, { inferenceConfig: { temperature: 0.5 } }, 'on this model'],
  [
    'a beginning of the answer',
    newest,
    { messages: [user(text), assistant(text)] },
    'does not support assistant message prefill',
  ],
  [
    'a long id of Mistral',
    'mistral.mistral-large-2407-v1:0',
    { toolConfig, messages: [user(text), assistant(call), user(result)] },
    '[a-zA-Z0-9]{9}',
  ],
  [
    'a schema that is no text',
    nova,
    { outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: {} } } } } },
    'schema',
  ],
  [
    'a schema that is no JSON',
    nova,
    { outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: '{' } } } } },
    'not a valid JSON schema',
  ],
])('%s is refused', async (...row) => {
  const [, model, change, message] = row
  const wire = await wireFor('bedrock-converse')
  const refused = await post(wire, `/model/${encodeURIComponent(model)}/converse`, {
    body: { ...body, ...change },
  })
  expect(refused.status).toBe(400)
  expect(refused.headers.get('x-amzn-errortype')).toMatch(/^ValidationException:/)
  expect(await refused.json()).toEqual({ message: expect.stringContaining(message) })
})
