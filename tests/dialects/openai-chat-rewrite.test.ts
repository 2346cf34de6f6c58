import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { alibaba } from '../../providers/alibaba.ts'
import { deepseek } from '../../providers/deepseek.ts'
import { openai } from '../../providers/openai.ts'
import type { Target } from '../../src/core/dialect.ts'
import type { Quirks } from '../../src/core/provider.ts'
import { governedFields, readRequest } from '../../src/dialects/openai-chat/read-request.ts'
import { foldName } from '../../src/dialects/json-request.ts'
import { rewriteRequest } from '../../src/dialects/openai-chat/rewrite.ts'
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
const capNames = ['max_tokens', 'max_completion_tokens']

type Fields = Record<string, unknown>

function expectCap(expected: Fields, values: Fields, { outputCap, clampTo, quirks }: Target): void {
  const named = capNames.find((name) => (values[name] ?? null) !== null)
  const [preferred = ''] = quirks.maxTokensFields
  const cap = clampTo ?? (named === undefined ? outputCap : values[named])
  if (named !== undefined) expected[named] = cap
  if (named === undefined || !quirks.maxTokensFields.includes(named)) {
    expected[preferred] = cap
    if (named !== undefined && !(preferred in values)) delete expected[named]
  }
}

/** What a rewritten request must say: the caller's own words with the edits that the target needs. */
function expectedOf(values: Fields, target: Target): Fields {
  const { org, upstreamModel, quirks } = target
  const expected: Fields = { ...values, model: upstreamModel }
  const options = (values['stream_options'] ?? {}) as Fields
  if (values['stream'] === true && quirks.streamOptions)
    expected['stream_options'] = { ...options, include_usage: true }
  expectCap(expected, values, target)
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
  const clamp = fc.option(fc.integer({ min: 1, max: 9999 }), { nil: undefined })

  test('only the governed fields change, and every byte outside of them is the caller’s', () => {
    fc.assert(
      fc.property(request, fc.constantFrom('', ' \n'), clamp, (fields, around, clampTo) => {
        const target = { ...targetOf(quirks), ...(clampTo !== undefined && { clampTo }) }
        const original = `${around}{${joinFields(fields.map(({ text }) => text))}}${around}`
        const values = JSON.parse(original) as Fields
        const rewritten = textOf(rewriteRequest(readRequest({ body: bytesOf(original) }), target).body)
        const expected = expectedOf(values, target)
        expect(JSON.parse(rewritten)).toEqual(expected)

        const renamed = fields.find(({ plain }) => !(plain in expected))?.plain
        const added = Object.keys(expected).filter(
          (name) => !(name in values) && !(renamed && quirks.maxTokensFields[0] === name),
        )
        const edited = fields.map(({ plain, text }) => {
          const newName = plain === renamed ? (quirks.maxTokensFields[0] ?? '') : plain
          const value = JSON.stringify(expected[newName])
          return {
            ...text,
            ...(newName !== plain && { name: `"${newName}"` }),
            ...(JSON.stringify(values[plain]) !== value && { value }),
          }
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
  const request = readRequest({ body: bytesOf(JSON.stringify(body)) })
  return JSON.parse(textOf(rewriteRequest(request, { ...targetOf(quirks), ...more }).body)) as Fields
}

test('a request that needs no edit goes up as the very same bytes', () => {
  const request = readRequest({ body: bytesOf('{ "model":"up/model", "messages":[], "max_tokens":5 }') })
  expect(rewriteRequest(request, targetOf(openai.quirks)).body).toBe(request.body)
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

describe('the cap that a budget clamps', () => {
  const clamped = (fields: string, quirks: Quirks) => {
    const request = readRequest({ body: bytesOf(`{"model":"up/model","messages":[]${fields}}`) })
    return textOf(rewriteRequest(request, { ...targetOf(quirks), clampTo: 7 }).body)
  }
  const [obeysBoth, obeysOld] = [openai.quirks, deepseek.quirks]

  test.each<[string, string, Quirks, string]>([
    ['is lowered in place', ', "max_tokens" : 1e3, "n":1', obeysBoth, ', "max_tokens" : 7, "n":1'],
    ['is lowered by its new name', ',"max_completion_tokens":99', obeysBoth, ',"max_completion_tokens":7'],
    ['is lowered and renamed', ',"max_completion_tokens":99', obeysOld, ',"max_tokens":7'],
    ['is set where it is null', ',"max_tokens":null', obeysOld, ',"max_tokens":7'],
    [
      'is lowered under both names, one null: who ignores a name may not always',
      ',"max_tokens":null,"max_completion_tokens":99',
      obeysOld,
      ',"max_tokens":7,"max_completion_tokens":7',
    ],
  ])('%s', (...[, fields, quirks, expected]) =>
    expect(clamped(fields, quirks)).toBe(`{"model":"up/model","messages":[]${expected}}`),
  )

  test('is put in where the caller named none, by the name that the provider prefers', () => {
    const rest = '"model":"up/model","messages":[]}'
    expect(clamped('', obeysOld)).toBe(`{"max_tokens":7,${rest}`)
    expect(clamped('', obeysBoth)).toBe(`{"max_completion_tokens":7,${rest}`)
  })
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
    const id = fc
      .oneof(text, fc.string({ unit: 'grapheme', minLength: 50, maxLength: 200 }))
      .filter((id) => id.length <= 256)
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
