import type { CacheMark, MediaPart, MediaSource, TextPart } from '../../core/chat/call.ts'
import { WeirError } from '../../core/errors.ts'
import { isFields, type Fields } from '../fields.ts'
import { invalid } from '../json-request.ts'
import { needFields, needList, needName, needText, noteForeign, oneOf, optional } from './checks.ts'

type ContentPart = TextPart | MediaPart

/** Where in the request, and what was found there that has no place in a call. */
export interface Place {
  readonly path: string
  readonly foreign: Set<string>
}

type PartReader = (part: Fields, path: string) => ContentPart

/** What a message says: a text, or a list of parts. An empty text is no part. */
export function decodeContent(content: unknown, { path, foreign }: Place): ContentPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  const parts = needList(content, path)
  return parts.flatMap((part, index) => decodePart(part, { path: `${path}[${index}]`, foreign }))
}

/** For messages that hold nothing but text. */
export function decodeText(content: unknown, place: Place): TextPart[] {
  const parts = decodeContent(content, place)
  const texts = parts.filter((part) => part.type === 'text')
  if (texts.length < parts.length) throw invalid(`${place.path} may hold only text.`, place.path)
  return texts
}

const partFields = new Set(['type', 'prompt_cache_breakpoint', 'cache_control'])

/** One part of a list, unless it is an empty text. */
export function decodePart(value: unknown, { path, foreign }: Place): ContentPart[] {
  const part = needFields(value, path)
  const type = needName(part['type'], `${path}.type`)
  const read = readers.get(type)
  if (!read)
    throw new WeirError(
      'cannot_translate',
      `A part of type ${type} cannot be carried to this model: send it as text, image_url, input_audio or file.`,
      { param: path },
    )
  noteForeign(part, new Set([...partFields, type]), foreign)
  const cache = cacheOf(part, foreign)
  const decoded = read(part, `${path}.${type}`)
  if (decoded.type === 'text' && decoded.text === '') return []
  return [{ ...decoded, ...(cache && { cache }) }]
}

/** OpenAI's mark, or the one that others have taken over from Anthropic. How long it is kept is not for sale here. */
function cacheOf(part: Fields, foreign: Set<string>): CacheMark | undefined {
  const control = part['cache_control']
  if (isFields(control) && control['ttl'] === '1h') foreign.add('cache_control.ttl')
  return isFields(part['prompt_cache_breakpoint']) || isFields(control) ? {} : undefined
}

const readers: ReadonlyMap<string, PartReader> = new Map<string, PartReader>([
  ['text', (part, path) => ({ type: 'text', text: needText(part['text'], path) })],
  ['image_url', readImage],
  ['input_audio', readAudio],
  ['file', readFile],
  ['video_url', (part, path) => ({ type: 'video', source: readUrl(part['video_url'], path) })],
])

const details = oneOf(['auto', 'low', 'high', 'original'])

function readImage(part: Fields, path: string): MediaPart {
  const image = part['image_url']
  const detail = isFields(image) ? optional(image['detail'], `${path}.detail`, details) : undefined
  return { type: 'image', source: readUrl(image, path), ...(detail !== undefined && { detail }) }
}

/** An address, or the data itself in one; bare, or in an object. */
function readUrl(media: unknown, path: string): MediaSource {
  const url = isFields(media) ? media['url'] : media
  return sourceOf(needName(url, `${path}.url`), `${path}.url`)
}

const audioTypes: Readonly<Record<string, string>> = { wav: 'audio/wav', mp3: 'audio/mpeg' }

function readAudio(part: Fields, path: string): MediaPart {
  const audio = needFields(part['input_audio'], path)
  const data = needName(audio['data'], `${path}.data`)
  const format = needName(audio['format'], `${path}.format`)
  const mediaType = audioTypes[format] ?? `audio/${format}`
  return { type: 'audio', source: { type: 'base64', mediaType, data } }
}

function readFile(part: Fields, path: string): MediaPart {
  const file = needFields(part['file'], path)
  const source = sourceOf(needName(file['file_data'], `${path}.file_data`), `${path}.file_data`)
  const name = optional(file['filename'], `${path}.filename`, needText)
  return { type: 'document', source, ...(name !== undefined && name !== '' && { name }) }
}

const base64Mark = ';base64'

function sourceOf(url: string, path: string): MediaSource {
  if (!url.startsWith('data:')) {
    if (/^https?:\/\//i.test(url)) return { type: 'url', url }
    throw invalid(`${path} must begin with https:// or be a data URL.`, path)
  }
  const comma = url.indexOf(',')
  const head = url.slice('data:'.length, Math.max(comma, 0))
  const mediaType = head.slice(0, -base64Mark.length)
  if (!head.endsWith(base64Mark) || !mediaType.includes('/'))
    throw invalid(`${path} must be a data URL with a media type, in base64.`, path)
  return { type: 'base64', mediaType, data: url.slice(comma + 1) }
}
