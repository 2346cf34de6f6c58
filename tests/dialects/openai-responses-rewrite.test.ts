import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deepseek } from '../../providers/deepseek.ts'
import { openai } from '../../providers/openai.ts'
import { packSeal } from '../../src/core/chat/seal.ts'
import type { Target } from '../../src/core/dialect.ts'
import type { Quirks } from '../../src/core/provider.ts'
import { governedFields, readRequest } from '../../src/dialects/openai-responses/read-request.ts'
import { refusalFor, rewriteRequest } from '../../src/dialects/openai-responses/rewrite.ts'
import { foldName } from '../../src/dialects/json-request.ts'
import { joinFields, Noise, noiseNumbers, printFields, treeObject, type Tree } from '../core/json-text.ts'
import { bytesOf, textOf } from './splits.ts'

const target: Target = { org: 'acme', upstreamModel: 'up/model', outputCap: 4096, quirks: openai.quirks }

type Fields = Record<string, unknown>

/** What a rewritten request must say: the caller's own words with the edits that the target needs. */
function expectedOf(values: Fields, { org, upstreamModel, outputCap, clampTo }: Target): Fields {
  const include = (values['include'] ?? []) as unknown[]
  const sealed = 'reasoning.encrypted_content'
  const expected: Fields = {
    ...values,
    model: upstreamModel,
    max_output_tokens: clampTo ?? values['max_output_tokens'] ?? outputCap,
    store: false,
    include: include.includes(sealed) ? include : [...include, sealed],
  }
  for (const name of ['user', 'safety_identifier', 'prompt_cache_key'])
    if (typeof values[name] === 'string') expected[name] = `${org}:${values[name]}`
  return expected
}

const shortId = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constant(null))
const flags = fc.record(
  {
    stream: fc.constantFrom(true, false, null),
    store: fc.constantFrom(true, false, null),
    max_output_tokens: fc.option(fc.integer({ min: 1, max: 9999 }), { nil: null }),
    include: fc.constantFrom<Tree[]>(
      null,
      [],
      ['message.output_text.logprobs'],
      ['reasoning.encrypted_content'],
    ),
    user: shortId,
    prompt_cache_key: shortId,
    safety_identifier: shortId,
    temperature: fc.constantFrom(0, 1.5, null),
  },
  { requiredKeys: [] },
)

/** A valid request with fields that nobody knows, in any order and however it is printed. */
const request = fc.tuple(flags, treeObject, noiseNumbers, fc.nat()).map(([flags, unknown, numbers, turn]) => {
  const free = unknown.entries.filter(([name]) => !governedFields.has(foldName(name)) && !(name in flags))
  const input = [{ entries: [['role', 'user'] as const, ['content', 'hi'] as const] }]
  const known = Object.entries({ model: 'gpt-5.2', input, ...flags } as Record<string, Tree>)
  const entries = [...known, ...free]
  const turned = [...entries.slice(turn % entries.length), ...entries.slice(0, turn % entries.length)]
  const printed = printFields({ entries: turned }, new Noise(numbers))
  // A governed name must be plain.
  return printed.map((field, i) => {
    const name = turned[i]?.[0] ?? ''
    return { plain: name, text: governedFields.has(name) ? { ...field, name: `"${name}"` } : field }
  })
})

test('only the governed fields change, and every byte outside of them is the caller’s', () => {
  const clamp = fc.option(fc.integer({ min: 1, max: 9999 }), { nil: undefined })
  fc.assert(
    fc.property(request, fc.constantFrom('', ' \n'), clamp, (fields, around, clampTo) => {
      const aim = { ...target, ...(clampTo !== undefined && { clampTo }) }
      const original = `${around}{${joinFields(fields.map(({ text }) => text))}}${around}`
      const values = JSON.parse(original) as Fields
      const rewritten = textOf(rewriteRequest(readRequest({ body: bytesOf(original) }), aim).body)
      const expected = expectedOf(values, aim)
      expect(JSON.parse(rewritten)).toEqual(expected)

      const added = Object.keys(expected).filter((name) => !(name in values))
      const edited = fields.map(({ plain, text }) => {
        const value = JSON.stringify(expected[plain])
        return { ...text, ...(JSON.stringify(values[plain]) !== value && { value }) }
      })
      const inserted = added.map((name) => `"${name}":${JSON.stringify(expected[name])},`).join('')
      expect(rewritten).toBe(`${around}{${inserted}${joinFields(edited)}}${around}`)
    }),
    { numRuns: 400 },
  )
})

const base = { model: 'gpt-5.2', input: 'hi' }
const requestOf = (body: object) => readRequest({ body: bytesOf(JSON.stringify(body)) })
const rewrite = (body: object, more: Partial<Target> = {}) =>
  JSON.parse(textOf(rewriteRequest(requestOf(body), { ...target, ...more }).body)) as Fields

test('a request that needs no edit goes up as the very same bytes', () => {
  const body = bytesOf(
    '{ "model":"up/model", "input":"hi", "max_output_tokens":5.0e0, "store" : false, "include":["reasoning.encrypted_content"] }',
  )
  const request = readRequest({ body })
  expect(rewriteRequest(request, target).body).toBe(request.body)
})

describe('sealed thought is asked for', () => {
  const sealed = 'reasoning.encrypted_content'
  test.each<[string, object, Partial<Target>, unknown]>([
    ['where it is not', {}, {}, [sealed]],
    ['beside what else is asked for', { include: ['a'] }, {}, ['a', sealed]],
    ['of a model that reasons', {}, { upstreamModel: 'gpt-5.2' }, [sealed]],
    ['of a deployment', {}, { upstreamModel: 'my-deployment' }, [sealed]],
    ['not of a model that refuses it', {}, { upstreamModel: 'gpt-4o' }, undefined],
    ['not of another', {}, { upstreamModel: 'openai/gpt-4.1-mini' }, undefined],
    ['not of a chat model', { include: ['a'] }, { upstreamModel: 'gpt-5-chat-latest' }, ['a']],
    ['where the caller asks so', { include: [sealed] }, { upstreamModel: 'gpt-4o' }, [sealed]],
    [
      'where the caller wants thought',
      { reasoning: { effort: 'low' } },
      { upstreamModel: 'gpt-4x' },
      [sealed],
    ],
  ])('%s', (...[, fields, more, include]) =>
    expect(rewrite({ ...base, ...fields }, more)['include']).toEqual(include),
  )
})

describe('thought that the provider could not know', () => {
  const user = { role: 'user', content: 'hi' }
  const thought = (more: object) => ({ type: 'reasoning', id: 'rs_1', summary: [], ...more })
  const foreign = packSeal({ by: 'anthropic', value: 'sig' })

  test.each<[string, object]>([
    ['that it had to keep itself', thought({ summary: [{ type: 'summary_text', text: 'a' }] })],
    ['with an empty seal', thought({ encrypted_content: '' })],
    ['under another maker’s seal', thought({ encrypted_content: foreign })],
  ])('%s is left out', (_, item) =>
    expect(rewrite({ ...base, input: [user, item, user] })['input']).toEqual([user, user]),
  )

  test('under its own seal that was packed is unpacked', () => {
    const item = thought({ encrypted_content: packSeal({ by: 'openai', value: 'gAAAA', id: 'rs_9' }) })
    const unpacked = { ...thought({ encrypted_content: 'gAAAA' }), id: 'rs_9' }
    expect(rewrite({ ...base, input: [user, item] })['input']).toEqual([user, unpacked])
  })

  test.each<[string, object]>([
    ['under its own seal', thought({ encrypted_content: 'gAAAA' })],
    ['that is told whole', thought({ content: [{ type: 'reasoning_text', text: 'a' }] })],
  ])('%s stays as it is, to the byte', (_, item) => {
    const input = `[ ${JSON.stringify(user)} , ${JSON.stringify(item)} ]`
    const request = readRequest({ body: bytesOf(`{"model":"a","input":${input}}`) })
    expect(textOf(rewriteRequest(request, target).body)).toContain(`"input":${input}}`)
  })
})

describe('ids of end users', () => {
  test.each(['user', 'safety_identifier', 'prompt_cache_key'])('%s goes up with the org in front', (name) =>
    expect(rewrite({ ...base, [name]: 'alice' })[name]).toBe('acme:alice'),
  )

  test('that another provider knows are prefixed for it alone', () => {
    const body = { ...base, user_id: 'alice' }
    expect(rewrite(body)['user_id']).toBe('alice')
    expect(rewrite(body, { quirks: deepseek.quirks })['user_id']).toBe('acme:alice')
  })
})

describe('what a provider may not get', () => {
  const quirks: Quirks = { ...openai.quirks, refusedFields: ['enable_search'], tenantFields: ['user_id'] }
  test.each<[string, object, object]>([
    ['a search that it sells', { enable_search: true }, { code: 'invalid_request' }],
    ['an id that is no text', { user_id: 7 }, { code: 'invalid_request' }],
    ['an id in capitals', { User_Id: 'a' }, { code: 'invalid_request' }],
    ['a response that was not put in', { previous_response_id: 'resp_1' }, { code: 'not_found' }],
    ['a reference that was not put in', { input: [{ id: 'msg_1' }] }, { code: 'not_found' }],
  ])('%s', (_, fields, expected) =>
    expect(refusalFor(requestOf({ ...base, ...fields }), quirks)).toMatchObject(expected),
  )

  test('anything else it may', () => {
    const body = { ...base, enable_search: false, user_id: 'a', anything: { else: 1 } }
    expect(refusalFor(requestOf(body), quirks)).toBeUndefined()
  })
})
