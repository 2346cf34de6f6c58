import fc from 'fast-check'
import type { CacheMark, MediaPart, Part, TextPart, ToolCallPart, Turn } from '../../../src/core/chat/call.ts'
import type { SealMaker } from '../../../src/core/chat/seal.ts'
import {
  base64,
  bytesOf,
  documentCitation,
  jsonArguments,
  name,
  sealBy,
  thoughtBy,
  urlCitation,
  urlOf,
  words,
} from './arbitrary-text.ts'
import type { Feature } from './can.ts'

export type Features = ReadonlySet<Feature>

/** Something that may be there, at random, where it may be at all. */
export function maybe<T extends object>(
  may: boolean,
  extra: fc.Arbitrary<T>,
): fc.Arbitrary<T | Record<string, never>> {
  return may ? fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, extra) : fc.constant({})
}

/** One of these, or nothing: there may be none to choose from. */
export function maybeOne<T extends object>(
  extras: readonly fc.Arbitrary<T>[],
): fc.Arbitrary<T | Record<string, never>> {
  return extras.length === 0 ? fc.constant({}) : maybe(true, fc.oneof(...extras))
}

export function cached(may: Features): fc.Arbitrary<{ readonly cache?: CacheMark }> {
  const ttl = maybe(may.has('cache_ttl'), fc.constantFrom<CacheMark>({ ttl: '5m' }, { ttl: '1h' }))
  return maybe(
    may.has('cache'),
    ttl.map((cache) => ({ cache })),
  )
}

export function textPart(may: Features): fc.Arbitrary<TextPart> {
  return fc.tuple(words, cached(may)).map(([text, cache]) => ({ type: 'text', text, ...cache }))
}

/** What the model said earlier, with where it had that from. */
function spokenPart(may: Features): fc.Arbitrary<TextPart> {
  return words.chain((text) => {
    const citation = may.has('document_cite')
      ? fc.oneof(urlCitation(text.length), documentCitation)
      : urlCitation(text.length)
    const citations = fc.array(citation, { minLength: 1, maxLength: 2 }).map((citations) => ({ citations }))
    return maybe(may.has('citations'), citations).map((extra) => ({ type: 'text', text, ...extra }))
  })
}

const details = fc.constantFrom('low' as const, 'high' as const)

/** The media that may be in a call, each with the extras that may go with it. */
function mediaParts(may: Features): fc.Arbitrary<MediaPart>[] {
  const detail = maybe(
    may.has('detail'),
    details.map((detail) => ({ detail })),
  )
  const image = fc.record({ type: fc.constant('image' as const) })
  const document = documentExtras(may)
  const makers: readonly (readonly [Feature, fc.Arbitrary<MediaPart>])[] = [
    ['image_base64', fc.tuple(image, detail, bytesOf('image/png')).map(withSource)],
    ['image_url', fc.tuple(image, detail, addressOf('.png')).map(withSource)],
    ['document_base64', fc.tuple(document, fc.constant({}), bytesOf('application/pdf')).map(withSource)],
    ['document_url', fc.tuple(document, fc.constant({}), addressOf('.pdf')).map(withSource)],
    ['document_text', fc.tuple(document, fc.constant({}), textSource).map(withSource)],
    ['audio', base64.map((data) => mediaOf('audio', 'audio/wav', data))],
    ['video', base64.map((data) => mediaOf('video', 'video/mp4', data))],
  ]
  return makers.flatMap(([feature, arbitrary]) => (may.has(feature) ? [arbitrary] : []))
}

const addressOf = (ending: string) => urlOf(ending).map((url) => ({ type: 'url' as const, url }))
const textSource = words.map((text) => ({ type: 'text' as const, text }))

function mediaOf(type: 'audio' | 'video', mediaType: string, data: string): MediaPart {
  return { type, source: { type: 'base64', mediaType, data } }
}

function withSource([part, extra, source]: readonly [object, object, MediaPart['source']]): MediaPart {
  return { ...part, ...extra, source } as MediaPart
}

function documentExtras(may: Features) {
  return fc
    .tuple(
      maybe(
        may.has('document_name'),
        name.map((name) => ({ name: `${name}.pdf` })),
      ),
      maybe(
        may.has('document_context'),
        words.map((context) => ({ context })),
      ),
      maybe(may.has('document_cite'), fc.constant({ cite: true })),
    )
    .map(([name, context, cite]) => ({ type: 'document' as const, ...name, ...context, ...cite }))
}

/** Text and media by turns: no dialect would take two neighbours for one. */
export function content(may: Features): fc.Arbitrary<(TextPart | MediaPart)[]> {
  const media = mediaParts(may)
  const text = textPart(may)
  if (media.length === 0) return text.map((part) => [part])
  return fc.oneof(
    text.map((part) => [part]),
    fc
      .tuple(fc.oneof(...media), cached(may), text)
      .map(([media, cache, text]) => [{ ...media, ...cache }, text]),
  )
}

function toolCall(may: Features, maker: SealMaker | undefined): fc.Arbitrary<ToolCallPart> {
  const seal = maybe(
    maker === 'google',
    sealBy('google', false).map((seal) => ({ seal })),
  )
  const custom = fc.record({ kind: fc.constant('custom' as const), arguments: words })
  const plain = fc.record({ kind: fc.constant('function' as const), arguments: jsonArguments })
  const called = may.has('custom_tools') ? fc.oneof(plain, custom) : plain
  return fc.tuple(called, name, seal).map(([called, name, seal]) => ({
    type: 'tool_call' as const,
    id: '',
    name,
    ...called,
    ...seal,
  }))
}

/** What the model thought, said and called, in this order; never nothing. */
export function assistantParts(may: Features, maker: SealMaker | undefined): fc.Arbitrary<Part[]> {
  const thought = maker
    ? fc.array(
        thoughtBy(maker).map((thought) => ({ type: 'reasoning' as const, ...thought })),
        { maxLength: 1 },
      )
    : fc.constant([])
  const refusal = words.map((text) => ({ type: 'refusal' as const, text }))
  const said = may.has('refusal') ? fc.oneof(spokenPart(may), refusal) : spokenPart(may)
  const calls = may.has('tools') ? fc.array(toolCall(may, maker), { maxLength: 2 }) : fc.constant([])
  return fc.tuple(thought, said, calls).map(([thought, said, calls]) => [...thought, said, ...calls])
}

/** The results of all that a turn calls, in order. */
export function results(calls: readonly ToolCallPart[], may: Features): fc.Arbitrary<Turn> {
  const media = may.has('result_media') && may.has('image_base64')
  const inner = media
    ? content(new Set<Feature>(['image_base64']))
    : textPart(new Set()).map((part) => [part])
  const result = fc.tuple(inner, may.has('is_error') ? fc.boolean() : fc.constant(false))
  const all = fc.array(result, { minLength: calls.length, maxLength: calls.length })
  return all.map((results) => ({
    role: 'user',
    parts: results.map(([content, isError], index) => ({
      type: 'tool_result' as const,
      callId: calls[index]?.id ?? '',
      content,
      isError,
      kind: calls[index]?.kind ?? 'function',
    })),
  }))
}
