import type { MediaPart, MediaSource, Part } from '../../core/chat/call.ts'
import type { Fields } from '../fields.ts'
import { invalid } from '../json-request.ts'
import { noteUnknown } from './block-fields.ts'
import { cacheOf, decodeText, type Reading } from './decode-text.ts'
import { listAt, objectAt, optionalFlag, optionalText, textAt } from './strictly.ts'

export function decodeImage(block: Fields, { at }: Pick<Reading, 'at'>): MediaPart {
  const source = objectAt(block['source'], `${at}.source`)
  return { type: 'image', source: decodeSource(source, `${at}.source`), ...cacheOf(block, at) }
}

/** Bytes, or where they are. */
function decodeSource(source: Fields, at: string): MediaSource {
  if (source['type'] === 'url') return { type: 'url', url: textAt(source['url'], `${at}.url`) }
  if (source['type'] !== 'base64') throw invalid(`${at}.type must be base64 or url.`, `${at}.type`)
  return {
    type: 'base64',
    mediaType: textAt(source['media_type'], `${at}.media_type`),
    data: textAt(source['data'], `${at}.data`),
  }
}

/** A document, and what images stand in it. */
export function decodeDocument(block: Fields, reading: Reading): Part[] {
  const { at } = reading
  const source = objectAt(block['source'], `${at}.source`)
  const about = { ...describe(block, at), ...cacheOf(block, at) }
  if (source['type'] !== 'content')
    return [{ type: 'document', source: documentSource(source, at), ...about }]
  const { text, images } = decodeInner(source['content'], { ...reading, at: `${at}.source.content` })
  return [{ type: 'document', source: { type: 'text', text }, ...about }, ...images]
}

function documentSource(source: Fields, at: string): MediaPart['source'] {
  if (source['type'] === 'text') return { type: 'text', text: textAt(source['data'], `${at}.source.data`) }
  const decoded = decodeSource(source, `${at}.source`)
  // What is told by its address is a PDF here.
  return decoded.type === 'url' ? { ...decoded, mediaType: 'application/pdf' } : decoded
}

function describe(block: Fields, at: string): Pick<MediaPart, 'name' | 'context' | 'cite'> {
  const name = optionalText(block['title'], `${at}.title`)
  const context = optionalText(block['context'], `${at}.context`)
  const cite = citesOf(block, at)
  return {
    ...(name !== undefined && { name }),
    ...(context !== undefined && { context }),
    ...(cite !== undefined && { cite }),
  }
}

function citesOf(block: Fields, at: string): boolean | undefined {
  const citations = block['citations'] ?? undefined
  if (citations === undefined) return undefined
  return optionalFlag(objectAt(citations, `${at}.citations`)['enabled'], `${at}.citations.enabled`)
}

function decodeInner(content: unknown, { at, foreign }: Reading): { text: string; images: MediaPart[] } {
  if (typeof content === 'string') return { text: content, images: [] }
  const texts: string[] = []
  const images: MediaPart[] = []
  for (const [index, item] of listAt(content, at).entries()) {
    const place = `${at}.${index}`
    const block = objectAt(item, place)
    const isImage = block['type'] === 'image'
    noteUnknown(block, isImage ? 'image' : 'text', foreign)
    if (isImage) images.push(decodeImage(block, { at: place }))
    else texts.push(decodeText(block, { at: place, foreign }).text)
  }
  return { text: texts.join('\n'), images }
}

/** What a search found: a document with its address as what it is about. */
export function decodeSearchResult(block: Fields, reading: Reading): MediaPart {
  const { at } = reading
  const { text } = decodeInner(block['content'], { ...reading, at: `${at}.content` })
  const cite = citesOf(block, at)
  return {
    type: 'document',
    source: { type: 'text', text },
    name: textAt(block['title'], `${at}.title`),
    context: textAt(block['source'], `${at}.source`),
    ...(cite !== undefined && { cite }),
    ...cacheOf(block, at),
  }
}
