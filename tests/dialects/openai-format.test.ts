import { describe, expect, test } from 'vitest'
import { translate, upstreams, type Fields } from './openai-upstream.ts'

const wholeObject = (properties: Fields) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})
const strict = wholeObject({
  name: { type: 'string', format: 'date' },
  tags: { type: 'array', items: { $ref: '#/$defs/tag' } },
  maybe: { anyOf: [{ type: 'null' }, wholeObject({ n: { type: ['integer', 'null'], minimum: 0 } })] },
  kind: { enum: ['a', 'b'] },
})
const withTag = { ...strict, $defs: { tag: { type: 'string', enum: ['x'] } } }

const loose: readonly (readonly [string, Fields])[] = [
  ['that lets other fields in', { ...strict, additionalProperties: undefined }],
  ['whose fields are optional', { ...strict, required: ['name'] }],
  ['that lets other fields in deep down', wholeObject({ o: { type: 'object', properties: {} } })],
  ['with a keyword that is not known', wholeObject({ a: { type: 'string', default: 'x' } })],
  ['with allOf', wholeObject({ a: { allOf: [{ type: 'string' }] } })],
  ['with a format that is not known', wholeObject({ a: { type: 'string', format: 'uri' } })],
  ['of anything', wholeObject({ a: {} })],
  ['of a list', { type: 'array', items: { type: 'string' } }],
  ['of a list of anything', wholeObject({ a: { type: 'array' } })],
  [
    'that requires what it does not have',
    { ...wholeObject({ a: { type: 'string' } }), required: ['a', 'b'] },
  ],
  ['with a choice at the top', { ...wholeObject({ a: { type: 'string' } }), anyOf: [{ type: 'object' }] }],
]

function formatIn({ response_format, text }: Fields): Fields {
  const format = (text as Fields | undefined)?.['format'] ?? response_format
  return ((format as Fields)['json_schema'] ?? format) as Fields
}

function toolIn({ tools }: Fields): Fields {
  const [tool] = tools as Fields[]
  return ((tool ?? {})['function'] ?? tool) as Fields
}

describe.each(upstreams)('an answer of a shape in %s', (to) => {
  const messages = translate('anthropic-messages', to, 'gpt-4.1')
  const gemini = translate('gemini', to, 'gpt-4.1')
  const ways = (schema: Fields) => [
    messages({ output_config: { format: { type: 'json_schema', schema } } }),
    gemini({ generationConfig: { responseMimeType: 'application/json', responseJsonSchema: schema } }),
  ]

  test('that its caller was promised is held to it', () => {
    for (const { body, dropped } of ways(withTag)) {
      expect(formatIn(body)).toMatchObject({ strict: true, schema: withTag })
      expect(dropped).toEqual([])
    }
  })

  test.each(loose)('%s is only asked for, and that is told', (_, schema) => {
    const told = JSON.parse(JSON.stringify(schema)) as Fields
    for (const { body, dropped } of ways(told)) {
      expect(formatIn(body)).not.toHaveProperty('strict')
      expect(formatIn(body)['schema']).toEqual(told)
      expect(dropped).toEqual(['strict'])
    }
  })
})

describe.each(upstreams)('the tools of %s', (to) => {
  const from = to === 'openai-chat' ? 'openai-responses' : 'openai-chat'
  const toolOf = (parameters: Fields, more: Fields) =>
    from === 'openai-chat'
      ? { type: 'function', function: { name: 'f', parameters, ...more } }
      : { type: 'function', name: 'f', parameters, ...more }
  const sent = (parameters: Fields, more: Fields = {}) =>
    translate(from, to, 'gpt-4.1')({ tools: [toolOf(parameters, more)] })

  test('are strict where the caller says so and their schemas can be kept to', () => {
    expect(toolIn(sent(withTag, { strict: true }).body)['strict']).toBe(true)
  })

  const looseObjects = loose.filter(([, { type }]) => type === 'object')
  test.each(looseObjects)('are not, with a schema %s, and that is told', (_, schema) => {
    const { body, dropped } = sent(schema, { strict: true })
    expect(toolIn(body)['strict'] ?? false).toBe(false)
    expect(dropped).toEqual(['strict'])
  })
})

describe('a function of Responses that does not say whether it is strict', () => {
  const sent = (parameters: Fields, more: Fields = {}) =>
    translate(
      'openai-responses',
      'openai-chat',
      'gpt-4.1',
    )({
      tools: [{ type: 'function', name: 'f', parameters, ...more }],
    })

  test('is strict wherever it goes', () => {
    for (const unsaid of [{}, { strict: null }])
      expect(toolIn(sent(strict, unsaid).body)['strict']).toBe(true)
    expect(toolIn(sent(strict, { strict: false }).body)['strict']).toBe(false)
  })

  test('is not with a schema that nothing could keep to, and nobody is told', () => {
    const { body, dropped } = sent({ type: 'object', properties: { a: { type: 'string' } } })
    expect(toolIn(body)).not.toHaveProperty('strict')
    expect(dropped).toEqual([])
  })
})

describe.each(upstreams)('any JSON in %s', (to) => {
  const asked = { generationConfig: { responseMimeType: 'application/json' } }
  const gemini = translate('gemini', to, 'gpt-4.1')
  const said = (...texts: string[]) => ({ parts: texts.map((text) => ({ text })) })
  const spokenIn = ({ messages, input }: Fields) => JSON.stringify(messages ?? input)

  test('is asked for in words, too, as OpenAI insists on that', () => {
    for (const more of [{}, { systemInstruction: said('Be brief.') }]) {
      const { body, dropped } = gemini({ ...asked, ...more })
      expect(spokenIn(body)).toMatch(/JSON/)
      expect(dropped).toEqual([])
    }
  })

  test('is not asked for twice', () => {
    const contents = [{ role: 'user', ...said('A list, as jSoN.') }]
    expect(spokenIn(gemini({ ...asked, contents }).body).match(/json/gi)).toHaveLength(1)
    const systemInstruction = said('You write JSON.')
    expect(JSON.stringify(gemini({ ...asked, systemInstruction }).body).match(/json(?!_)/gi)).toHaveLength(1)
    expect(spokenIn(gemini({ ...asked, systemInstruction }).body)).toContain('You write JSON.')
  })

  test('goes without words where none is asked for', () => {
    expect(spokenIn(gemini({}).body)).not.toMatch(/json/i)
  })
})
