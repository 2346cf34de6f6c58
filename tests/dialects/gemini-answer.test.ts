import { describe, expect, test } from 'vitest'
import { WeirError } from '../../src/core/errors.ts'
import { noUsage } from '../../src/core/usage.ts'
import { gemini } from '../../src/dialects/gemini/dialect.ts'
import { chunkOf, limit, read, hello, usage, wireUsage } from './gemini-wire.ts'
import { bytesOf, textOf } from './splits.ts'

const factsOf = (answer: unknown) => gemini.readAnswer(bytesOf(JSON.stringify(answer)))

describe('the usage', () => {
  const told = (usageMetadata: object) => factsOf({ candidates: [], usageMetadata })?.usage

  test('thoughts count as output, what tools brought in as input, and the cache is inside', () => {
    expect(told(wireUsage)).toEqual(usage)
    expect(told({ ...wireUsage, toolUsePromptTokenCount: 7 })).toEqual({ ...usage, inputTokens: 27 })
  })

  test('what is left out is zero, but not what came in', () => {
    expect(told({ promptTokenCount: 3 })).toEqual({ ...noUsage, inputTokens: 3 })
    expect(told({ promptTokenCount: 0, candidatesTokenCount: 0 })).toEqual(noUsage)
    expect(told({ candidatesTokenCount: 3 })).toBeUndefined()
  })

  test('audio is told by modality', () => {
    const promptTokensDetails = [
      { modality: 'TEXT', tokenCount: 4 },
      { modality: 'AUDIO', tokenCount: 6 },
    ]
    const candidatesTokensDetails = [{ modality: 'AUDIO', tokenCount: 2 }]
    expect(
      told({ promptTokenCount: 10, candidatesTokenCount: 3, promptTokensDetails, candidatesTokensDetails }),
    ).toEqual({ ...noUsage, inputTokens: 10, inputAudioTokens: 6, outputTokens: 3, outputAudioTokens: 2 })
  })

  test.each([-1, 1.5, '9', 1e15, null])('%j is no count', (count) =>
    expect(told({ promptTokenCount: count, candidatesTokenCount: 1 })).toBeUndefined(),
  )

  test('more from the cache than came in is not believed', () =>
    expect(told({ promptTokenCount: 4, cachedContentTokenCount: 9 })).toEqual({
      ...noUsage,
      inputTokens: 4,
      cachedInputTokens: 4,
    }))
})

describe('a whole answer', () => {
  test('all that it generates counts, of all candidates', () => {
    const call = { functionCall: { name: 'f', args: { a: '€' } } }
    const answer = chunkOf([{ text: 'é', thought: true }, { text: 'ab' }, call])
    const second = chunkOf([{ executableCode: { code: 'print()' } }, { inlineData: { data: 'AAAA' } }])
    const candidates = [answer, second].flatMap((chunk) => chunk['candidates'])
    expect(factsOf({ candidates })).toEqual({ outputBytes: 2 + 2 + 1 + '{"a":"xxx"}'.length + 7 })
  })

  test('that is blocked has no candidates', () =>
    expect(
      factsOf({ promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 2 } }),
    ).toEqual({
      outputBytes: 0,
      usage: { ...noUsage, inputTokens: 2 },
    }))

  test.each(['{}', '[]', 'null', '"x"', '{"candidates":{}}', 'no JSON'])('%s is none', (body) =>
    expect(gemini.readAnswer(bytesOf(body))).toBeUndefined(),
  )

  test.each(['[null,7,{}]', '[{"content":7}]', '[{"content":{"parts":[null,{"functionCall":3}]}}]'])(
    'candidates of odd kinds count nothing: %s',
    (candidates) => expect(gemini.readAnswer(bytesOf(`{"candidates":${candidates}}`))?.outputBytes).toBe(0),
  )
})

describe('an error of the provider', () => {
  const error = { code: 429, message: 'Slow down.', status: 'RESOURCE_EXHAUSTED' }
  const facts = (body: unknown) => gemini.readError(bytesOf(JSON.stringify(body)))

  test('alone, and as an element of an array', () => {
    const expected = { code: 'RESOURCE_EXHAUSTED', message: 'Slow down.' }
    expect(facts({ error })).toEqual(expected)
    expect(facts([{ error }])).toEqual(expected)
    expect(facts([{ candidates: [] }, { error }])).toEqual(expected)
  })

  test('a bad key is told by a detail only', () => {
    const details = [
      { '@type': 'type.googleapis.com/google.rpc.Help' },
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' },
    ]
    expect(facts({ error: { code: 400, status: 'INVALID_ARGUMENT', details } })).toEqual({
      code: 'API_KEY_INVALID',
    })
    const other = [{ reason: 'RATE_LIMIT_EXCEEDED' }]
    expect(facts({ error: { ...error, details: other } }).code).toBe('RESOURCE_EXHAUSTED')
  })

  test.each([{}, [], null, 'x', { error: 'x' }, { error: { code: 5 } }, [[{ error: null }]]])(
    '%j tells nothing',
    (body) => expect(facts(body)).toEqual({}),
  )
})

describe('an error of ours', () => {
  const shown = (error: WeirError, requestId?: string) =>
    JSON.parse(textOf(gemini.errorBody(error, requestId))) as unknown

  test('tells its code, the request, when to come again, and the limit', () => {
    const details = { retryAfterSeconds: 13, limit, param: 'contents' }
    expect(shown(new WeirError('rate_limited', 'Too much.', details), 'req_acme_1')).toEqual({
      error: {
        code: 429,
        message: 'Too much.',
        status: 'RESOURCE_EXHAUSTED',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: 'RATE_LIMITED',
            domain: 'weir',
            metadata: { request_id: 'req_acme_1', param: 'contents', limit: 'lim_acme_1' },
          },
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '13s' },
        ],
        weir: { limit },
      },
    })
  })

  test.each([
    ['invalid_request', 400, 'INVALID_ARGUMENT'],
    ['invalid_key', 401, 'UNAUTHENTICATED'],
    ['budget_exceeded', 402, 'RESOURCE_EXHAUSTED'],
    ['model_not_allowed', 403, 'PERMISSION_DENIED'],
    ['model_not_found', 404, 'NOT_FOUND'],
    ['conflict', 409, 'ABORTED'],
    ['request_too_large', 413, 'INVALID_ARGUMENT'],
    ['unsupported_encoding', 415, 'INVALID_ARGUMENT'],
    ['internal_error', 500, 'INTERNAL'],
    ['upstream_failed', 502, 'UNAVAILABLE'],
    ['overloaded', 503, 'UNAVAILABLE'],
    ['upstream_timeout', 504, 'DEADLINE_EXCEEDED'],
  ] as const)('%s is %i %s', (code, status, word) =>
    expect(shown(new WeirError(code, 'No.'))).toMatchObject({ error: { code: status, status: word } }),
  )

  test('in mid-stream is an event, or the last element of the array', () => {
    const error = new WeirError('upstream_failed', 'Gone.')
    const event = (alt?: string) => {
      const request = read({ contents: hello }, { stream: true, ...(alt && { alt }) })
      return textOf(gemini.errorEvent(error, 'req_acme_1', request))
    }
    expect(event('sse')).toMatch(/^data: \{"error":\{.*"req_acme_1".*\}\n\n$/)
    expect(JSON.parse(`[{}${event()}`)).toMatchObject([{}, { error: { code: 502, message: 'Gone.' } }])
    expect(textOf(gemini.errorEvent(error, 'req_acme_1'))).toBe(event('sse'))
  })
})
