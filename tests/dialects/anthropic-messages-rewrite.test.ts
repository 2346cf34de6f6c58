import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Target } from '../../src/core/dialect.ts'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/dialect.ts'
import { quirks, request } from './anthropic-events.ts'
import { bytesOf, textOf } from './splits.ts'

const target: Target = { org: 'acme', upstreamModel: 'claude-x', outputCap: 9_999, quirks }

const rewrite = (body: string, changes: Partial<Target> = {}) =>
  textOf(
    anthropicMessages.rewrite(anthropicMessages.read({ body: bytesOf(body) }), { ...target, ...changes })
      .body,
  )

describe('what goes up', () => {
  test('is the caller’s bytes but for the model', () => {
    const body =
      '{ "messages" : [{"role":"user","content":"caf\\u00e9 🌊"}],\n\t"max_tokens": 1e3, "model":"claude-opus-5" , "new":[1.0,{"a":null}]}'
    expect(rewrite(body)).toBe(body.replace('"claude-opus-5"', '"claude-x"'))
  })

  test('is the same bytes where nothing has to change', () => {
    const body = bytesOf(JSON.stringify(request()))
    const read = anthropicMessages.read({ body })
    expect(anthropicMessages.rewrite(read, { ...target, upstreamModel: 'claude-opus-5' }).body).toBe(body)
  })

  test.each([
    [1_000, undefined, 1_000],
    [1_000, 400, 400],
    [1_000, 4_000, 1_000],
    [0, 400, 0],
    [0, undefined, 0],
  ])('a cap of %s that may be %s goes up as %s', (max_tokens, clampTo, expected) => {
    const body = JSON.stringify({ ...request(), max_tokens })
    const up = rewrite(body, clampTo === undefined ? {} : { clampTo })
    expect(JSON.parse(up)).toEqual({ ...request(), max_tokens: expected, model: 'claude-x' })
  })

  test.each([
    [16_000, 4_948, { type: 'enabled', budget_tokens: 3_924 }],
    [2_000, 1_500, { type: 'enabled', budget_tokens: 1_125 }],
    [16_000, 900, { type: 'disabled' }],
    [1_024, 4_948, { type: 'enabled', budget_tokens: 1_024 }],
  ])(
    'has a budget of thought of %i below a cap that was lowered to %i',
    (budget_tokens, clampTo, thinking) => {
      const body = request({ max_tokens: 30_000, thinking: { type: 'enabled', budget_tokens } })
      const up = JSON.parse(rewrite(JSON.stringify(body), { clampTo })) as object
      expect(up).toMatchObject({ max_tokens: clampTo, thinking })
    },
  )

  test('has the org in front of the end user’s id, and all else in metadata as it was', () => {
    const body =
      '{"model":"a","max_tokens":5,"metadata": {"x":[{"user_id":"no"}], "user_id" : "ali\\"ce" },"messages":[]}'
    expect(rewrite(body)).toBe(
      body.replace('"a"', '"claude-x"').replace('"ali\\"ce"', JSON.stringify('acme:ali"ce')),
    )
  })

  test('has a digest of an id that is too long, and never the id of another org', () => {
    const id = `user_${'a'.repeat(200)}`
    const body = JSON.stringify(request({ metadata: { user_id: id } }))
    const idOf = (org: string) =>
      (JSON.parse(rewrite(body, { org })) as { metadata: { user_id: string } }).metadata.user_id
    expect(idOf('acme')).toMatch(/^acme:[0-9a-f]{32}$/)
    expect(idOf('other')).not.toBe(idOf('acme'))
  })

  test.each(['{"user_id":null}', '{}', 'null', '{"other":1}'])('keeps metadata %s as it is', (metadata) => {
    const body = `{"model":"claude-x","max_tokens":5,"messages":[],"metadata":${metadata}}`
    expect(rewrite(body)).toBe(body)
  })

  test('has a field by which this provider tells its tenants apart prefixed, too', () => {
    const body = '{"model":"claude-x","max_tokens":5,"messages":[],"session":"s1"}'
    expect(rewrite(body, { quirks: { ...quirks, tenantFields: ['session'] } })).toBe(
      body.replace('"s1"', '"acme:s1"'),
    )
  })

  test('says what it said, whatever it is', () => {
    const json = fc.json({ maxDepth: 3 })
    fc.assert(
      fc.property(json, fc.string({ unit: 'binary', maxLength: 80 }), (extra, id) => {
        fc.pre(!/[\uD800-\uDFFF]/.test(id.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g, '')))
        const body = `{"extra":${extra},"metadata":{"user_id":${JSON.stringify(id)}},"model":"m","max_tokens":7,"messages":[]}`
        let up: string
        try {
          up = rewrite(body)
        } catch {
          return
        }
        const [said, sent] = [JSON.parse(body), JSON.parse(up)] as Record<string, unknown>[]
        expect({ ...sent, model: 'm', metadata: said?.['metadata'] }).toEqual(said)
      }),
    )
  })
})

describe('what a provider sells by a field of its own', () => {
  const refusal = (fields: object, changes: Partial<typeof quirks>) =>
    anthropicMessages.refusalFor(anthropicMessages.read({ body: bytesOf(JSON.stringify(request(fields))) }), {
      ...quirks,
      ...changes,
    })

  test('is refused while it is on', () => {
    const changes = { refusedFields: ['enable_search'] }
    expect(refusal({ enable_search: true }, changes)).toMatchObject({ details: { param: 'enable_search' } })
    expect(refusal({ Enable_Search: false }, changes)).toMatchObject({ code: 'invalid_request' })
    expect(refusal({ enable_search: false }, changes)).toBeUndefined()
    expect(refusal({ enable_search: true }, {})).toBeUndefined()
  })

  test('or tells its tenants apart by has to be a text', () => {
    const changes = { tenantFields: ['session'] }
    expect(refusal({ session: 7 }, changes)).toMatchObject({ code: 'invalid_request' })
    expect(refusal({ session: 's' }, changes)).toBeUndefined()
  })
})
