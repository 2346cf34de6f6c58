import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openaiResponses } from '../../src/dialects/openai-responses/dialect.ts'
import { resume, storedItems, withHistory, withItems } from '../../src/dialects/openai-responses/history.ts'
import { readRequest } from '../../src/dialects/openai-responses/read-request.ts'
import { begunResponse } from '../../src/dialects/openai-responses/response-object.ts'
import { tellingOf } from './openai-responses-wire.ts'
import { bytesOf, textOf } from './splits.ts'

const request = (body: string) => readRequest({ body: bytesOf(body) })
const before = [
  { role: 'user', content: 'a' },
  { type: 'message', role: 'assistant', content: 'b' },
]
const printed = before.map((item) => JSON.stringify(item)).join(',')

describe('what went before is put in front', () => {
  test.each<[string, string, string]>([
    [
      'of items, all else as it came',
      '{ "model":"m", "previous_response_id" : "resp_1", "input" : [ {"role":"user","content":"c"} ] }',
      `{ "model":"m", "input" : [${printed}, {"role":"user","content":"c"} ] }`,
    ],
    [
      'of a text, which is the user’s',
      String.raw`{"input":"c\u0041","previous_response_id":"resp_1", "model":"m"}`,
      String.raw`{"input":[${printed},{"role":"user","content":"c\u0041"}],"model":"m"}`,
    ],
    ['of nothing', '{"previous_response_id":"resp_1","model":"m"}', `{"input":[${printed}],"model":"m"}`],
    [
      'of an empty list',
      '{"model":"m","input":[ ],"previous_response_id":"resp_1"}',
      `{"model":"m","input":[${printed} ]}`,
    ],
    [
      'of null',
      '{"model":"m","input":null , "previous_response_id":"resp_1" }',
      `{"model":"m","input":[${printed}] }`,
    ],
  ])('%s', (_, body, expected) => expect(textOf(withHistory(request(body), before))).toBe(expected))

  test('and is read again as one request, wherever the fields stand', () => {
    const item = fc.record({ role: fc.constant('user'), content: fc.string() })
    const input = fc.oneof(fc.string(), fc.array(item))
    const order = fc.shuffledSubarray(['model', 'input', 'previous_response_id', 'store'], { minLength: 4 })
    fc.assert(
      fc.property(input, fc.array(item), order, (input, items, order) => {
        const values: Record<string, unknown> = { model: 'm', input, previous_response_id: 'r', store: false }
        const first = request(JSON.stringify(Object.fromEntries(order.map((name) => [name, values[name]]))))
        const resumed = resume(first, items)
        const own = typeof input === 'string' ? [{ role: 'user', content: input }] : input
        expect(resumed.values).toEqual({ model: 'm', store: false, input: [...items, ...own] })
        expect(resumed).toMatchObject({ continues: 'r', wantsStored: false })
        expect(openaiResponses.refusalFor(resumed, { refusedFields: [], tenantFields: [] } as never)).toBe(
          undefined,
        )
      }),
    )
  })

  test('the response tells which one it went on from', () => {
    const resumed = resume(request('{"model":"m","input":"c","previous_response_id":"resp_1"}'), before)
    const response = begunResponse({ ...tellingOf(), request: resumed })
    expect(response).toMatchObject({ previous_response_id: 'resp_1' })
  })
})

test('kept items take the place of their references; one that is not kept stays, to be refused', () => {
  const first = request(
    '{"model":"m","input":[{"type":"item_reference","id":"msg_1"},{"id":"msg_2"},{"role":"user","content":"c"}]}',
  )
  const kept = new Map([['msg_1', before[1]]])
  const body = withItems(first, kept)
  expect(JSON.parse(textOf(body))).toEqual({
    model: 'm',
    input: [before[1], { id: 'msg_2' }, { role: 'user', content: 'c' }],
  })
  expect(readRequest({ body }).itemReferences).toEqual(['msg_2'])
  const plain = request('{"model":"m","input":"c"}')
  expect(withItems(plain, kept)).toBe(plain.body)
})

test('what is kept for the next turn is what was said by both, without instructions', () => {
  const output = [{ type: 'message', role: 'assistant', content: [] }]
  expect(storedItems(request('{"model":"m","instructions":"x","input":"c"}'), output)).toEqual([
    { type: 'message', role: 'user', content: 'c' },
    ...output,
  ])
  const items = [{ role: 'user', content: 'c' }]
  expect(storedItems(request(JSON.stringify({ model: 'm', input: items })), output)).toEqual([
    ...items,
    ...output,
  ])
})
