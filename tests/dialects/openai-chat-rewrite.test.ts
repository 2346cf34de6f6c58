import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { alibaba } from '../../providers/alibaba.ts'
import { deepseek } from '../../providers/deepseek.ts'
import { openai } from '../../providers/openai.ts'
import type { Target } from '../../src/core/dialect.ts'
import type { Quirks } from '../../src/core/provider.ts'
import { foldName, governedFields, readRequest } from '../../src/dialects/openai-chat/read-request.ts'
import { refusalFor, rewriteRequest } from '../../src/dialects/openai-chat/rewrite.ts'
import {
  joinFields,
  Noise,
  noiseNumbers,
  printFields,
  text,
  treeObject,
  type Tree,
} from '../core/json-text.ts'
import { bytesOf, textOf } from './splits.ts'

const quirkSets: Readonly<Record<string, Quirks>> = {
  openai: openai.quirks,
  deepseek: deepseek.quirks,
  alibaba: alibaba.quirks,
  bare: { ...openai.quirks, streamOptions: false, maxTokensFields: ['max_tokens', 'max_completion_tokens'] },
}
const targetOf = (quirks: Quirks): Target => ({
  org: 'acme',
  upstreamModel: 'up/model',
  outputCap: 4096,
  quirks,
})

type Fields = Record<string, unknown>

/** What a rewritten request must say: the caller's own words with the edits that the target needs. */
function expectedOf(values: Fields, { org, upstreamModel, outputCap, quirks }: Target): Fields {
  const expected: Fields = { ...values, model: upstreamModel }
  const options = (values['stream_options'] ?? {}) as Fields
  if (values['stream'] === true && quirks.streamOptions)
    expected['stream_options'] = { ...options, include_usage: true }
  const caps = ['max_tokens', 'max_completion_tokens'].filter((name) => (values[name] ?? null) !== null)
  const [preferred = ''] = quirks.maxTokensFields
  if (!caps.some((name) => quirks.maxTokensFields.includes(name))) {
    expected[preferred] = caps[0] === undefined ? outputCap : values[caps[0]]
    if (caps[0] && !(preferred in values)) delete expected[caps[0]]
  }
  for (const name of ['user', 'safety_identifier', 'prompt_cache_key', ...quirks.tenantFields])
    if (typeof values[name] === 'string') expected[name] = `${org}:${values[name]}`
  return expected
}

const cap = fc.option(fc.integer({ min: 1, max: 9999 }), { nil: null })
const caps = fc.oneof(
  fc.record({ max_tokens: cap }, { requiredKeys: [] }),
  fc.record({ max_completion_tokens: cap }, { requiredKeys: [] }),
  fc.record({ max_tokens: cap, max_completion_tokens: fc.constant(null) }),
  fc.record({ max_tokens: fc.constant(null), max_completion_tokens: cap }),
)
const shortId = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constant(null))
const flags = fc.record(
  {
    stream: fc.constantFrom(true, false, null),
    stream_options: fc.constantFrom(
      null,
      { entries: [] },
      { entries: [['include_usage', true]] as const },
      {
        entries: [['include_obfuscation', false]] as const,
      },
    ),
    user: shortId,
    prompt_cache_key: shortId,
    safety_identifier: shortId,
    n: fc.constantFrom(1, 2, null),
    temperature: fc.constantFrom(0, 1.5, null),
  },
  { requiredKeys: [] },
)

/** A valid request with fields that nobody knows, in any order and however it is printed. */
const request = fc
  .tuple(caps, flags, treeObject, noiseNumbers, fc.nat())
  .map(([caps, flags, unknown, numbers, turn]) => {
    const free = unknown.entries.filter(([name]) => !governedFields.has(foldName(name)) && !(name in flags))
    const known: [string, Tree][] = Object.entries({
      model: 'gpt-5.2',
      messages: ['hi'],
      ...caps,
      ...flags,
    } as Record<string, Tree>)
    const entries = [...known, ...free]
    const turned = [...entries.slice(turn % entries.length), ...entries.slice(0, turn % entries.length)]
    const noise = new Noise(numbers)
    const printed = printFields({ entries: turned }, noise)
    // A governed name must be plain.
    return printed.map((field, i) => {
      const name = turned[i]?.[0] ?? ''
      return { plain: name, text: governedFields.has(name) ? { ...field, name: `"${name}"` } : field }
    })
  })

describe.each(Object.entries(quirkSets))('for the quirks of %s', (_, quirks) => {
  const target = targetOf(quirks)

  test('only the governed fields change, and every byte outside of them is the caller’s', () => {
    fc.assert(
      fc.property(request, fc.constantFrom('', ' \n'), (fields, around) => {
        const original = `${around}{${joinFields(fields.map(({ text }) => text))}}${around}`
        const values = JSON.parse(original) as Fields
        const rewritten = textOf(rewriteRequest(readRequest(bytesOf(original)), target))
        const expected = expectedOf(values, target)
        expect(JSON.parse(rewritten)).toEqual(expected)

        const renamed = fields.find(({ plain }) => !(plain in expected))?.plain
        const added = Object.keys(expected).filter(
          (name) => !(name in values) && !(renamed && quirks.maxTokensFields[0] === name),
        )
        const edited = fields.map(({ plain, text }) => {
          if (plain === renamed) return { ...text, name: `"${quirks.maxTokensFields[0]}"` }
          const same = JSON.stringify(values[plain]) === JSON.stringify(expected[plain])
          return same ? text : { ...text, value: JSON.stringify(expected[plain]) }
        })
        const insertions = added.map((name) => `"${name}":${JSON.stringify(expected[name])},`)
        const spellings = [insertions, insertions.toReversed()].map(
          (order) => `${around}{${order.join('')}${joinFields(edited)}}${around}`,
        )
        expect(spellings).toContain(rewritten)
      }),
      { numRuns: 300 },
    )
  })
})

const base = { model: 'gpt-5.2', messages: [] }
const rewrite = (body: object, quirks: Quirks, more: Partial<Target> = {}): Fields => {
  const request = readRequest(bytesOf(JSON.stringify(body)))
  return JSON.parse(textOf(rewriteRequest(request, { ...targetOf(quirks), ...more }))) as Fields
}

test('a request that needs no edit goes up as the very same bytes', () => {
  const request = readRequest(bytesOf('{ "model":"up/model", "messages":[], "max_tokens":5 }'))
  expect(rewriteRequest(request, targetOf(openai.quirks))).toBe(request.body)
})

describe('the cap', () => {
  test.each<[string, object, object]>([
    ['that is not there is put in', {}, { max_tokens: 4096 }],
    ['that is null is set', { max_tokens: null }, { max_tokens: 4096 }],
    ['under the name that the provider ignores is renamed', { max_completion_tokens: 9 }, { max_tokens: 9 }],
    ['under both names, one null, is set', { max_tokens: null, max_completion_tokens: 9 }, { max_tokens: 9 }],
    ['that the provider obeys stays', { max_tokens: 9 }, { max_tokens: 9 }],
  ])('%s', (_, fields, expected) =>
    expect(rewrite({ ...base, ...fields }, deepseek.quirks)).toMatchObject(expected),
  )
})

describe('ids of end users', () => {
  const names = ['user', 'safety_identifier', 'prompt_cache_key', 'user_id']
  const idUp = (id: unknown, org = 'acme', name = 'user') =>
    rewrite({ ...base, [name]: id }, deepseek.quirks, { org })[name]

  test.each(names)('%s goes up with the org in front', (name) =>
    expect(idUp('alice', 'acme', name)).toBe('acme:alice'),
  )

  test('that another provider knows are left alone', () => {
    expect(rewrite({ ...base, user_id: 'alice' }, openai.quirks)['user_id']).toBe('alice')
  })

  test('of any length and script stay within 64 characters, and apart from all others', () => {
    const id = fc.oneof(text, fc.string({ unit: 'grapheme', minLength: 50, maxLength: 200 }))
    const org = fc.constantFrom('ab', 'abc', 'eu-ab', 'abcdefghijklmnopqrst')
    fc.assert(
      fc.property(fc.tuple(org, id), fc.tuple(org, id), ([org, id], [otherOrg, other]) => {
        const up = idUp(id, org) as string
        expect(up.startsWith(`${org}:`)).toBe(true)
        expect(up.length).toBeLessThanOrEqual(64)
        expect(idUp(id, org)).toBe(up)
        expect(idUp(other, otherOrg) === up).toBe(org === otherOrg && id === other)
      }),
      { numRuns: 500 },
    )
  })

  test.each([null, undefined])('that are %s stay so', (id) => expect(idUp(id)).toBe(id))

  test.each(names)('%s as anything but a text is refused: it could not be kept apart', (name) => {
    for (const id of [7, true, ['alice'], { id: 'alice' }])
      expect(() => idUp(id, 'acme', name)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })
})

describe('fields that a provider bills for', () => {
  const refused = (body: string) => {
    const request = readRequest(bytesOf(body))
    expect(refusalFor(request, openai.quirks)).toBeUndefined()
    const refusal = refusalFor(request, alibaba.quirks)
    return refusal && `${refusal.code} ${refusal.details.param}`
  }
  const body = (field: string) => `{"model":"a","messages":[],${field}}`

  test.each([
    ['on', '"enable_search":true'],
    ['an object', '"enable_search":{}'],
    ['in capitals, even if off', '"Enable_Search":false'],
    ['behind an escape, even if off', String.raw`"enable_\u0073earch":false`],
    ['with a letter that folds, even if off', '"enable_\u017fearch":false'],
  ])('%s are refused, there only', (_, field) =>
    expect(refused(body(field))).toBe('invalid_request enable_search'),
  )

  test.each(['"enable_search":false', '"enable_search":null', '"enable_thinking":true'])(
    '%s is not',
    (field) => {
      expect(refused(body(field))).toBeUndefined()
    },
  )
})
