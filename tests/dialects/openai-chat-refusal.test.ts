import { describe, expect, test } from 'vitest'
import { alibaba } from '../../providers/alibaba.ts'
import { openai } from '../../providers/openai.ts'
import { readRequest } from '../../src/dialects/openai-chat/read-request.ts'
import { refusalForFields } from '../../src/dialects/refused-fields.ts'
import { bytesOf } from './splits.ts'

describe('fields that a provider bills for', () => {
  const refused = (body: string) => {
    const request = readRequest({ body: bytesOf(body) })
    expect(refusalForFields(request, openai.quirks)).toBeUndefined()
    const refusal = refusalForFields(request, alibaba.quirks)
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
