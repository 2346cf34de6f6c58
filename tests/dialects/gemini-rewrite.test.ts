import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gemini } from '../../src/dialects/gemini/dialect.ts'
import { hello, read, rewrite, target } from './gemini-wire.ts'
import { bytesOf, textOf } from './splits.ts'

test('the address names the model, and always asks for events', () => {
  expect(gemini.path({ model: 'gemini-3-flash', stream: false })).toBe(
    '/models/gemini-3-flash:generateContent',
  )
  expect(gemini.path({ model: 'a/b c', stream: true })).toBe(
    '/models/a%2Fb%20c:streamGenerateContent?alt=sse',
  )
})

describe('the cap', () => {
  test.each<[string, string, string]>([
    ['is put in', '{"contents":[]}', '{"generationConfig":{"maxOutputTokens":4096},"contents":[]}'],
    [
      'is put into what is there',
      '{"contents":[], "generationConfig" : {"topK": 4}}',
      '{"contents":[], "generationConfig" : {"maxOutputTokens":4096,"topK": 4}}',
    ],
    [
      'is put into an empty config, by the spelling of the caller',
      '{"generation_config":{ },"contents":[]}',
      '{"generation_config":{"maxOutputTokens":4096 },"contents":[]}',
    ],
    [
      'replaces null',
      '{"contents":[],"generationConfig":null}',
      '{"contents":[],"generationConfig":{"maxOutputTokens":4096}}',
    ],
    [
      'replaces null in its place',
      '{"contents":[],"generationConfig":{"max_output_tokens":null,"seed":1}}',
      '{"contents":[],"generationConfig":{"max_output_tokens":4096,"seed":1}}',
    ],
  ])('%s', (_, body, expected) => expect(rewrite(body)).toBe(expected))

  test('that the caller named stays, down to the byte', () => {
    const request = read('{ "contents":[], "generationConfig":{"maxOutputTokens" : 1e2}}')
    expect(gemini.rewrite(request, target).body).toBe(request.body)
  })

  test.each(['maxOutputTokens', 'max_output_tokens'])(
    'that a budget clamps is lowered in place: %s',
    (name) =>
      expect(
        rewrite(`{"generationConfig":{"a":"}","${name}": 900 ,"b":[1]},"contents":[]}`, { clampTo: 7 }),
      ).toBe(`{"generationConfig":{"a":"}","${name}": 7 ,"b":[1]},"contents":[]}`),
  )
})

test('a model in the body becomes that of the target, in the words of the caller', () => {
  const rest = '"generationConfig":{"maxOutputTokens":4096}'
  expect(rewrite(`{"model":"gemini-3-flash","contents":[],${rest}}`)).toBe(
    `{"model":"gemini-3-flash-preview","contents":[],${rest}}`,
  )
  expect(rewrite(`{"contents":[],"model":"models/gemini-3-flash",${rest}}`)).toBe(
    `{"contents":[],"model":"models/gemini-3-flash-preview",${rest}}`,
  )
})

test('nothing else changes, whatever the caller sends', () => {
  const free = fc.dictionary(
    fc
      .string()
      .filter((name) => !/^(model|contents|generation_?config|tools?.*|[a-z]*_?[a-z]*)$/i.test(name)),
    fc.jsonValue(),
  )
  const cap = fc.option(fc.integer({ min: 1, max: 9999 }), { nil: undefined })
  const asked = fc.record({
    top: free,
    config: free,
    named: cap,
    clampTo: cap,
    indent: fc.constantFrom('', '  '),
  })
  fc.assert(
    fc.property(asked, ({ top, config, named, clampTo, indent }) => {
      const generationConfig = { ...config, ...(named !== undefined && { maxOutputTokens: named }) }
      const body = { ...top, contents: hello, generationConfig, '✓': config }
      const text = JSON.stringify(body, null, indent)
      const request = read(text)
      const edited = textOf(
        gemini.rewrite(request, { ...target, ...(clampTo !== undefined && { clampTo }) }).body,
      )
      const maxOutputTokens = clampTo ?? named ?? 4096
      const expected = JSON.parse(text) as { generationConfig: Record<string, unknown> }
      expected.generationConfig['maxOutputTokens'] = maxOutputTokens
      expect(JSON.parse(edited)).toEqual(expected)
      if (named === undefined) {
        const comma = Object.keys(config).length > 0 ? ',' : ''
        expect(edited.replace(`"maxOutputTokens":${maxOutputTokens}${comma}`, '')).toBe(text)
      }
      expect(bytesOf(text)).toEqual(request.body)
    }),
  )
})
