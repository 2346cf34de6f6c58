import { describe, expect, test } from 'vitest'
import { errorTable, WeirError, type ErrorCode } from '../../src/core/errors.ts'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/dialect.ts'
import { accountErrors } from '../../src/dialects/anthropic-messages/errors.ts'
import { dataIn, limit } from './anthropic-events.ts'
import { bytesOf, textOf } from './splits.ts'

const typeOf = (code: ErrorCode) =>
  (JSON.parse(textOf(anthropicMessages.errorBody(new WeirError(code, 'No.')))) as { error: { type: string } })
    .error.type

describe('an error for a caller', () => {
  test('says what it is, where and why', () => {
    const error = new WeirError('quota_exceeded', 'The quota is used up.', { limit, param: 'model' })
    expect(JSON.parse(textOf(anthropicMessages.errorBody(error, 'req_1')))).toEqual({
      type: 'error',
      error: {
        type: 'rate_limit_error',
        message: 'The quota is used up.',
        code: 'quota_exceeded',
        param: 'model',
        limit,
      },
      request_id: 'req_1',
    })
    expect(JSON.parse(textOf(anthropicMessages.errorBody(new WeirError('conflict', 'No.'))))).toEqual({
      type: 'error',
      error: { type: 'invalid_request_error', message: 'No.', code: 'conflict' },
    })
  })

  test.each<[ErrorCode, string]>([
    ['invalid_request', 'invalid_request_error'],
    ['cannot_translate', 'invalid_request_error'],
    ['invalid_key', 'authentication_error'],
    ['budget_exceeded', 'billing_error'],
    ['model_not_allowed', 'permission_error'],
    ['model_not_found', 'not_found_error'],
    ['request_too_large', 'request_too_large'],
    ['rate_limited', 'rate_limit_error'],
    ['internal_error', 'api_error'],
    ['upstream_failed', 'api_error'],
    ['overloaded', 'overloaded_error'],
    ['ledger_unavailable', 'api_error'],
    ['upstream_timeout', 'timeout_error'],
  ])('of code %s has the type %s', (code, type) => {
    expect(typeOf(code)).toBe(type)
  })

  test('has a type of Anthropic’s whatever its code', () => {
    for (const code of Object.keys(errorTable) as ErrorCode[])
      expect(typeOf(code)).toMatch(/_error$|^request_too_large$/)
  })

  test('is an event in a stream', () => {
    const event = textOf(
      anthropicMessages.errorEvent(new WeirError('upstream_failed', 'It failed.'), 'req_1'),
    )
    expect(dataIn(event)).toMatchObject([
      { type: 'error', error: { type: 'api_error' }, request_id: 'req_1' },
    ])
  })
})

describe('an error of the provider', () => {
  const read = (body: unknown) => anthropicMessages.readError(bytesOf(JSON.stringify(body)))
  const wire = (error: object) => ({ type: 'error', error, request_id: 'req_x' })

  test('tells its type and words', () => {
    const message = 'messages: field required'
    expect(read(wire({ type: 'invalid_request_error', message }))).toEqual({
      code: 'invalid_request_error',
      message,
    })
    expect(read({ type: 'rate_limit_error', message: 'slow' })).toEqual({
      code: 'rate_limit_error',
      message: 'slow',
    })
    expect(read(wire({ message: 7 }))).toEqual({})
  })

  test('tells that the operator’s account is at fault, whatever its type', () => {
    const unpaid = 'Your credit balance is too low to access the Anthropic API.'
    expect(read(wire({ type: 'invalid_request_error', message: unpaid })).code).toBe('billing_error')
    const details = { error_code: 'organization_on_hold' }
    expect(read(wire({ type: 'invalid_request_error', message: 'x', details })).code).toBe(
      'organization_on_hold',
    )
    expect(accountErrors).toEqual(expect.arrayContaining(['billing_error', 'organization_on_hold']))
    const other = { error_code: 'image_dimensions_too_large' }
    expect(read(wire({ type: 'invalid_request_error', message: 'x', details: other })).code).toBe(
      'invalid_request_error',
    )
  })

  test.each(['', 'null', '[]', '"x"', '<html>', '{"error":null}'])('may be anything: %s', (body) => {
    expect(anthropicMessages.readError(bytesOf(body))).toEqual({})
  })
})
