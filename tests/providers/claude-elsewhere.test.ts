import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { claudeError, forClaudeHost, type ClaudeHost } from '../../providers/claude-elsewhere.ts'
import { bytesOf, textOf } from '../dialects/splits.ts'

const bedrock: ClaudeHost = { version: 'b1', without: ['model', 'stream'], betasInBody: true }
const vertex: ClaudeHost = { version: 'v1', without: ['model'], betasInBody: false }

const send = (body: string, host: ClaudeHost, headers: Readonly<Record<string, string>> = {}) =>
  forClaudeHost({ method: 'POST', url: 'https://a.example', headers, body: bytesOf(body) }, host)

const bodyOf = (...sent: Parameters<typeof send>) => textOf(send(...sent).body ?? new Uint8Array())

describe('a body', () => {
  test.each([
    ['first', '{"model":"m","a":1,"b":[2]}'],
    ['last', '{"a":1,"b":[2],"model":"m"}'],
    ['in between', '{"a":1,"model":"m","b":[2]}'],
    ['side by side', '{"a":1,"model":"m","stream":true,"b":[2]}'],
    ['at both ends', '{ "stream" : true , "a":1,"b":[2] , "model" : "m" }'],
    ['nowhere', '{"a":1,"b":[2]}'],
    ['by escapes', String.raw`{"a":1,"b":[2],"mod\u0065l":"m","\u0073tream":true}`],
    ['twice', '{"model":"m","a":1,"b":[2],"model":"n"}'],
  ])('loses fields that stand %s', (_, body) =>
    expect(bodyOf(body, bedrock)).toBe('{"anthropic_version":"b1","a":1,"b":[2]}'),
  )

  test.each([
    ['no fields', '{}'],
    ['none that stay', ' {"model":"m","stream":false}\n'],
  ])('with %s has the version alone', (_, body) =>
    expect(bodyOf(body, bedrock)).toBe('{"anthropic_version":"b1"}'),
  )

  test('keeps fields that are gone elsewhere where they are within others', () => {
    const inner = '"tools":[{"model":"x","stream":1}]'
    expect(bodyOf(`{"model":"m",${inner}}`, bedrock)).toBe(`{"anthropic_version":"b1",${inner}}`)
  })

  test('has no version but the cloud’s', () => {
    for (const name of ['anthropic_version', String.raw`anthropic\u005fversion`])
      expect(bodyOf(`{"a":1,"${name}":"evil"}`, vertex)).toBe('{"anthropic_version":"v1","a":1}')
  })

  const names = fc.constantFrom('model', 'stream', 'messages', 'max_tokens', 'ключ', 'a"b', 'x\\y')
  const spaces = fc.stringMatching(/^[ \t\r\n]{0,3}$/)
  const field = fc.tuple(names, fc.jsonValue(), spaces, spaces).map(([name, value, before, after]) => ({
    name,
    text: `${JSON.stringify(name)}${before}:${after}${JSON.stringify(value, null, before.length)}`,
  }))

  test('keeps every byte of all its other fields, in their order', () =>
    fc.assert(
      fc.property(fc.array(field), spaces, fc.constantFrom(bedrock, vertex), (fields, space, host) => {
        const body = `${space}{${space}${fields.map(({ text }) => text).join(`${space},${space}`)}${space}}`
        const kept = fields.filter(({ name }) => !host.without.includes(name)).map(({ text }) => text)
        const expected = [`"anthropic_version":"${host.version}"`, ...kept].join(',')
        expect(bodyOf(body, host)).toBe(`{${expected}}`)
      }),
    ))
})

describe('betas', () => {
  const body = '{"model":"m","anthropic_beta":["own"]}'

  test('are a list in the body, or stay a header', () => {
    const headers = { 'anthropic-beta': 'a-1, b-2 ,,', 'anthropic-version': '2023-06-01', accept: '*/*' }
    expect(bodyOf(body, bedrock, headers)).toBe('{"anthropic_version":"b1","anthropic_beta":["a-1","b-2"]}')
    expect(send(body, bedrock, headers).headers).toEqual({ accept: '*/*' })
    expect(send(body, vertex, headers).headers).toEqual({ accept: '*/*', 'anthropic-beta': 'a-1, b-2 ,,' })
    expect(bodyOf('{"a":1}', vertex, headers)).toBe('{"anthropic_version":"v1","a":1}')
  })

  test.each([undefined, '', ' , '])('that are %j leave those in the body', (header) => {
    const headers = header === undefined ? {} : { 'anthropic-beta': header }
    expect(bodyOf(body, bedrock, headers)).toBe('{"anthropic_version":"b1","anthropic_beta":["own"]}')
  })

  test('cannot break out of their list', () => {
    const headers = { 'anthropic-beta': 'x"],"model":"y' }
    expect(JSON.parse(bodyOf('{}', bedrock, headers))).toEqual({
      anthropic_version: 'b1',
      anthropic_beta: ['x"]', '"model":"y'],
    })
  })
})

describe('an error', () => {
  const typed = (facts: object, status = 400) =>
    JSON.parse(textOf(claudeError(facts, { status, operatorErrors: ['Denied'] }))) as unknown

  test('says in Anthropic’s envelope whose fault it is', () => {
    const message = 'no'
    const of = (type: string) => ({ type: 'error', error: { type, message } })
    expect(typed({ code: 'Denied', message })).toEqual(of('permission_error'))
    expect(typed({ code: 'Other', message })).toEqual(of('invalid_request_error'))
    expect(typed({ message })).toEqual(of('invalid_request_error'))
    expect(typed({ message }, 413)).toEqual(of('request_too_large'))
  })

  test('always has a message', () =>
    expect(typed({})).toMatchObject({ error: { message: 'The request was refused.' } }))
})
