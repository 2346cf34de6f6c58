import type {
  DocumentBlockParam,
  ImageBlockParam,
  TextBlockParam,
} from '@anthropic-ai/sdk/resources/messages'
import type { MediaPart, MediaSource, TextPart } from '../../core/chat/call.ts'
import { cannotTranslate, type Encoding } from './encoding.ts'

/** A text or a medium as a block; undefined for a text without a word, which no provider takes. */
export function encodeContent(
  part: TextPart | MediaPart,
  encoding: Encoding,
): TextBlockParam | ImageBlockParam | DocumentBlockParam | undefined {
  switch (part.type) {
    case 'text':
      return part.text.trim() === ''
        ? undefined
        : { type: 'text', text: part.text, ...encoding.mark(part.cache) }
    case 'image':
      return encodeImage(part, encoding)
    case 'document':
      return encodeDocument(part, encoding)
    default:
      throw cannotTranslate(
        `This provider takes no ${part.type}: send a text of it, or choose another model.`,
      )
  }
}

const imageTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'] as const

function encodeImage(part: MediaPart, encoding: Encoding): ImageBlockParam {
  encoding.drop('detail', part.detail !== undefined && part.detail !== 'auto')
  return { type: 'image', source: imageSource(part.source), ...encoding.mark(part.cache) }
}

function imageSource(source: MediaPart['source']): ImageBlockParam['source'] {
  if (source.type === 'url') return { type: 'url', url: webAddress(source.url) }
  const type = source.type === 'base64' ? source.mediaType : 'text'
  const media_type = imageTypes.find(
    (name) => name === type || (type === 'image/jpg' && name === 'image/jpeg'),
  )
  if (!media_type || source.type === 'text')
    throw cannotTranslate(
      'This provider takes images of type JPEG, PNG, GIF or WebP: send it as one of these.',
    )
  return { type: 'base64', media_type, data: source.data }
}

function webAddress(url: string): string {
  if (/^https?:\/\//i.test(url)) return url
  throw cannotTranslate('This provider fetches from http and https addresses only: send it as base64.')
}

function encodeDocument(part: MediaPart, encoding: Encoding): DocumentBlockParam {
  const cites = part.cite === true && encoding.call.format?.type !== 'schema'
  // An answer that keeps to a schema has no place for citations.
  encoding.drop('citations', part.cite === true && !cites)
  return {
    type: 'document',
    source: documentSource(part.source),
    ...(part.name !== undefined && { title: part.name }),
    ...(part.context !== undefined && { context: part.context }),
    ...(part.cite !== undefined && { citations: { enabled: cites } }),
    ...encoding.mark(part.cache),
  }
}

function documentSource(source: MediaPart['source']): DocumentBlockParam['source'] {
  if (source.type === 'text') return plainText(source.text)
  const type = source.mediaType?.split(';')[0]?.trim().toLowerCase()
  if (type === 'application/pdf' || (type === undefined && source.type === 'url')) return pdfSource(source)
  if (source.type === 'base64' && type?.startsWith('text/')) return plainText(textOfBase64(source.data))
  throw cannotTranslate('This provider takes documents as PDF or plain text: send it as one of these.')
}

function pdfSource(source: MediaSource): DocumentBlockParam['source'] {
  if (source.type === 'url') return { type: 'url', url: webAddress(source.url) }
  return { type: 'base64', media_type: 'application/pdf', data: source.data }
}

function plainText(data: string): DocumentBlockParam['source'] {
  return { type: 'text', media_type: 'text/plain', data }
}

function textOfBase64(data: string): string {
  try {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw cannotTranslate('A document of text must be base64 of UTF-8.')
  }
}
