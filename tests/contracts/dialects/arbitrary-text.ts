import fc from 'fast-check'
import type { JsonObject, MediaSource } from '../../../src/core/chat/call.ts'
import type { Citation } from '../../../src/core/chat/citation.ts'
import type { Seal, SealMaker } from '../../../src/core/chat/seal.ts'

/** What calls and answers are made of. */

/** Whatever people and models write: quotes, line ends, any script; never nothing but blanks. */
export const words = fc
  .tuple(fc.constantFrom('a', '水', '🌊', '"', '{"a":'), fc.string({ unit: 'binary', maxLength: 12 }))
  .map((parts) => parts.join(''))

const letters = [...'abcdefghijklmnopqrstuvwxyz']
export const name = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 8 })

export const base64 = fc
  .uint8Array({ minLength: 1, maxLength: 24 })
  .map((bytes) => Buffer.from(bytes).toString('base64'))

/** Long enough to be found wherever it is. */
const secret = fc
  .uint8Array({ minLength: 18, maxLength: 18 })
  .map((bytes) => Buffer.from(bytes).toString('base64'))

const scalar = fc.oneof(words, fc.integer(), fc.boolean(), fc.constant(null))
const plainObject = fc.dictionary(name, fc.oneof(scalar, fc.array(scalar, { maxLength: 3 })), {
  maxKeys: 3,
  noNullPrototype: true,
})

export const jsonArguments = fc
  .dictionary(name, fc.oneof(scalar, plainObject), { maxKeys: 3, noNullPrototype: true })
  .map((value) => JSON.stringify(value))

export const schema: fc.Arbitrary<JsonObject> = fc.constantFrom<JsonObject>(
  { type: 'object', properties: {}, additionalProperties: false },
  {
    type: 'object',
    properties: { city: { type: 'string', description: 'Where.' }, days: { type: 'integer' } },
    required: ['city', 'days'],
    additionalProperties: false,
  },
)

export const bytesOf = (mediaType: string): fc.Arbitrary<MediaSource> =>
  base64.map((data) => ({ type: 'base64', mediaType, data }))

export const urlOf = (ending: string) => name.map((path) => `https://example.com/${path}${ending}`)

/** A seal as its maker makes it. */
export function sealBy(by: SealMaker, locked: boolean): fc.Arbitrary<Seal> {
  const id = by === 'openai' ? name.map((id) => ({ id: `rs_${id}` })) : fc.constant({})
  return fc.tuple(secret, id).map(([value, id]) => ({ by, value, ...id, ...(locked && { locked }) }))
}

/** A thought with whatever seal its maker puts on it. */
export const sealedThought: fc.Arbitrary<{ text: string; seal: Seal }> = fc.oneof(
  fc.record({ text: words, seal: sealBy('anthropic', false) }),
  fc.record({ text: fc.constant(''), seal: sealBy('anthropic', true) }),
  fc.record({ text: fc.oneof(words, fc.constant('')), seal: sealBy('openai', true) }),
  fc.record({ text: words, seal: sealBy('google', false) }),
)

export const thoughtBy = (by: SealMaker) => sealedThought.filter(({ seal }) => seal.by === by)

/** Within a text of this length. */
export function urlCitation(length: number): fc.Arbitrary<Citation> {
  const span = fc.tuple(fc.nat(length), fc.nat(length)).map((ends) => ends.toSorted((a, b) => a - b))
  return fc
    .record({ url: urlOf(''), title: words, span })
    .map(({ url, title, span: [start = 0, end = 0] }) => ({
      type: 'url',
      url,
      title,
      start,
      end,
    }))
}

export const documentCitation: fc.Arbitrary<Citation> = fc
  .record({
    index: fc.nat(3),
    quote: words,
    unit: fc.constantFrom('character' as const, 'page' as const, 'block' as const),
    from: fc.nat(20),
    length: fc.integer({ min: 1, max: 9 }),
  })
  .map(({ index, quote, unit, from, length }) => ({
    type: 'document',
    index,
    title: 'A document',
    quote,
    unit,
    // Pages count from one.
    from: from + 1,
    to: from + 1 + length,
  }))
