import { describe, expect, test } from 'vitest'
import { deepseek } from '../../providers/deepseek.ts'
import { readRequest } from '../../src/dialects/openai-chat/read-request.ts'
import { rewriteRequest } from '../../src/dialects/openai-chat/rewrite.ts'
import { bytesOf, textOf } from './splits.ts'

const withFields = (fields: string) => bytesOf(`{"model":"up/model","messages":[],"max_tokens":5${fields}}`)
const read = (fields: object) =>
  readRequest({ body: withFields(`,${JSON.stringify(fields).slice(1, -1)}`.replace(/,$/, '')) })

describe('whom a request is for', () => {
  const metadata = { user_id: 'carol', team: 'search' }

  test.each<[string, object, string]>([
    ['the safety identifier', { metadata, user: 'bob', safety_identifier: 'alice' }, 'alice'],
    ['the user', { metadata, user: 'bob' }, 'bob'],
    ['the user id in the metadata', { metadata }, 'carol'],
    ['what comes after an empty one', { safety_identifier: '', user: '', metadata }, 'carol'],
    ['what comes after null', { safety_identifier: null, user: 'bob' }, 'bob'],
    ['just as it was written', { user: ' Bób\n🌊 ' }, ' Bób\n🌊 '],
    ['of 256 characters', { user: 'a'.repeat(256) }, 'a'.repeat(256)],
  ])('%s', (_, fields, endUser) => expect(read(fields).endUser).toBe(endUser))

  test.each<[string, object]>([
    ['nothing', {}],
    ['empty ids', { user: '', metadata: { user_id: '' } }],
    ['other metadata', { metadata: { team: 'search', User_Id: 'x', userId: 7 } }],
    ['no metadata', { metadata: null }],
    ['metadata of another kind, of which its provider may think what it likes', { metadata: ['user_id'] }],
    ['the id that DeepSeek knows', { user_id: 'dave' }],
  ])('is not told by %s', (_, fields) => expect(read(fields)).not.toHaveProperty('endUser'))

  test.each<[string, object, string]>([
    ['a number in the metadata', { metadata: { user_id: 7 } }, 'metadata.user_id'],
    ['null in the metadata', { metadata: { user_id: null } }, 'metadata.user_id'],
    [
      'an object there, whoever else is named',
      { user: 'bob', metadata: { user_id: {} } },
      'metadata.user_id',
    ],
    ['a long user', { user: 'a'.repeat(257) }, 'user'],
    ['a long safety identifier', { safety_identifier: 'a'.repeat(257) }, 'safety_identifier'],
    ['a long one in the metadata', { metadata: { user_id: 'a'.repeat(257) } }, 'metadata.user_id'],
    ['half a character', { user: 'a\ud83c' }, 'user'],
  ])('is refused: %s', (_, fields, param) =>
    expect(() => read(fields)).toThrow(
      expect.objectContaining({ code: 'invalid_request', details: { param } }),
    ),
  )
})

describe('metadata', () => {
  test.each<[string, string]>([
    ['repeated', ',"metadata":{},"metadata":{"user_id":"a"}'],
    ['in capitals', ',"Metadata":{"user_id":"a"}'],
    ['behind an escape', String.raw`,"met\u0061data":{"user_id":"a"}`],
  ])('%s is refused', (_, fields) =>
    expect(() => readRequest({ body: withFields(fields) })).toThrow(
      expect.objectContaining({ details: { param: 'metadata' } }),
    ),
  )

  test('with an id repeated in it is refused', () => {
    const fields = String.raw`,"metadata":{"user_id":"a","user\u005fid":"b"}`
    expect(() => readRequest({ body: withFields(fields) })).toThrow('repeated')
  })

  test('goes up byte for byte, the end user’s id too', () => {
    const fields = String.raw`, "metadata" : { "user_id":"\u0061lice",  "n":"1e2" }`
    const request = readRequest({ body: withFields(fields) })
    expect(request.endUser).toBe('alice')
    const target = { org: 'acme', upstreamModel: 'up/model', outputCap: 9, quirks: deepseek.quirks }
    expect(textOf(rewriteRequest(request, target).body)).toContain(fields)
  })
})
