import { describe, expect, test } from 'vitest'
import {
  countTokensPath,
  printCount,
  readCountTokens,
  rewriteCount,
} from '../../src/dialects/gemini/count-tokens.ts'
import { gemini } from '../../src/dialects/gemini/dialect.ts'
import { hello } from './gemini-wire.ts'
import { bytesOf, textOf } from './splits.ts'

const read = (body: object | string) =>
  readCountTokens({
    body: bytesOf(typeof body === 'string' ? body : JSON.stringify(body)),
    model: 'gemini-3-flash',
    query: { alt: 'proto' },
  })

describe('what is counted', () => {
  test.each<[string, object]>([
    ['the body', { contents: hello }],
    ['a request in it', { generateContentRequest: { model: 'models/gemini-3-flash', contents: hello } }],
    ['the same by its old name', { generate_content_request: { contents: hello } }],
  ])('%s', (_, body) => {
    const request = read(body)
    expect(request).toMatchObject({ model: 'gemini-3-flash', stream: false })
    expect(gemini.decodeCall(request).turns).toEqual([
      { role: 'user', parts: [{ type: 'text', text: 'hi' }] },
    ])
    expect(request.size.textBytes).toBe(request.body.length)
  })

  test.each<object | string>([
    {},
    { generateContentRequest: {} },
    { generateContentRequest: 7 },
    { generateContentRequest: { contents: hello }, generate_content_request: {} },
    { generateContentRequest: { contents: hello, model: 'models/other' } },
    '{"generateContentRequest":{"contents":[],"contents":[]}}',
  ])('%j is refused', (body) =>
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'invalid_request' })),
  )

  test('files of others are not', () =>
    expect(() => read({ contents: [{ parts: [{ fileData: { fileUri: 'files/x' } }] }] })).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    ))
})

test('what goes up names the model, and leaves all else as it came', () => {
  const up = 'gemini-3-flash-preview'
  expect(textOf(rewriteCount(read('{ "contents":[ ]}'), up))).toBe(
    `{"generateContentRequest":{"model":"models/${up}", "contents":[ ]}}`,
  )
  expect(
    textOf(rewriteCount(read('{"generateContentRequest":{"contents":[],"model":"gemini-3-flash"}}'), up)),
  ).toBe(`{"generateContentRequest":{"contents":[],"model":"models/${up}"}}`)
})

test('the address and the answer', () => {
  expect(countTokensPath('a/b')).toBe('/models/a%2Fb:countTokens')
  expect(textOf(printCount(31))).toBe('{"totalTokens":31}')
})
