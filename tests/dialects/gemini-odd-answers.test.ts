import fc from 'fast-check'
import { expect, test } from 'vitest'
import { gemini } from '../../src/dialects/gemini/dialect.ts'
import { chunkOf, eventOf, hello, quirks, read, tellingOf, type Json } from './gemini-wire.ts'
import { bytesOf, cuts, splitBytes, textOf } from './splits.ts'

const name = fc.constantFrom(
  'candidates',
  'content',
  'parts',
  'text',
  'thought',
  'thoughtSignature',
  'functionCall',
  'name',
  'args',
  'inlineData',
  'mimeType',
  'data',
  'finishReason',
  'index',
  'usageMetadata',
  'promptTokenCount',
  'promptTokensDetails',
  'groundingMetadata',
  'groundingChunks',
  'groundingSupports',
  'groundingChunkIndices',
  'segment',
  'web',
  'uri',
  'endIndex',
  'citationMetadata',
  'citations',
  'logprobsResult',
  'chosenCandidates',
  'promptFeedback',
  'blockReason',
  'responseId',
  'error',
  'details',
)
const { body } = fc.letrec((tie) => ({
  leaf: fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant('STOP')),
  value: fc.oneof({ depthSize: 'small' }, tie('leaf'), tie('body'), fc.array(tie('value'), { maxLength: 3 })),
  body: fc.dictionary(name, tie('value'), { maxKeys: 5 }),
}))
const odd = fc.oneof(
  body.map((body) => body as object),
  fc
    .tuple(body, body)
    .map(([part, candidate]) => chunkOf([{ text: 'a' }, part as object], candidate as Json)),
)

test('no answer, however odd, is too much', () => {
  fc.assert(
    fc.property(odd, (answer) => {
      const bytes = bytesOf(JSON.stringify(answer))
      const decoded = gemini.decodeAnswer(bytes)
      expect(decoded === undefined).toBe(gemini.readAnswer(bytes) === undefined)
      gemini.readError(bytes)
      if (decoded) gemini.encodeAnswer(decoded, tellingOf(read({ contents: hello })))
    }),
    { numRuns: 1000 },
  )
})

test('no stream, however odd, is too much: what goes down of it is whole', () => {
  fc.assert(
    fc.property(fc.array(odd, { maxLength: 5 }), cuts, (chunks, places) => {
      const pieces = splitBytes(bytesOf(chunks.map((chunk) => eventOf(chunk)).join('')), places)
      const [decoder, request] = [gemini.decodeStream(), read({ contents: hello }, { stream: true })]
      const encoder = gemini.encodeStream(tellingOf(request))
      const scanner = gemini.scanStream(request, { ...quirks, operatorErrors: [] })
      const events = [...pieces.flatMap((bytes) => decoder.push(bytes)), ...decoder.rest()]
      const printed = encoder.push(events)
      const passed = pieces.map((bytes) => textOf(scanner.push(bytes))).join('') + textOf(scanner.rest())
      for (const array of [printed, passed])
        if (array !== '') expect(JSON.parse(array.endsWith(']') ? array : `${array}]`)).toBeInstanceOf(Array)
      expect(scanner.finished || !events.some(({ type }) => type === 'end')).toBe(true)
    }),
    { numRuns: 500 },
  )
})
