import type { CacheMark, MediaPart, MediaSource, RefusalPart, TextPart } from '../../core/chat/call.ts'
import { isFields, textOf, type Fields } from '../fields.ts'
import { invalid } from '../json-request.ts'
import { decodeCitations } from './annotations.ts'
import { said } from '../said.ts'

/** What a message or the output of a tool may consist of. */
export type ContentPart = TextPart | MediaPart | RefusalPart

/** Reads the content of a message, or the output of a tool: a text, or a list of parts. */
export function decodeContent(content: unknown): ContentPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  if (!Array.isArray(content)) throw invalid('The content of an item must be a string or a list.', 'input')
  return content.map(decodePart)
}

type DecodePart = (part: Fields) => ContentPart

const decoders: Readonly<Record<string, DecodePart>> = {
  input_text: decodeText,
  output_text: decodeText,
  text: decodeText,
  refusal: (part) => ({ type: 'refusal', text: required(part, 'refusal') }),
  input_image: decodeImage,
  input_file: decodeFile,
  input_audio: decodeAudio,
}

function decodePart(part: unknown): ContentPart {
  const type = isFields(part) ? textOf(part, 'type') : undefined
  const decode = type !== undefined && Object.hasOwn(decoders, type) ? decoders[type] : undefined
  if (!isFields(part) || !decode)
    throw invalid('A part of an item is of no type that is supported here.', 'input')
  return decode(part)
}

function decodeText(part: Fields): TextPart {
  const text = required(part, 'text')
  const citations = decodeCitations(part['annotations'])
  return { type: 'text', text, ...(citations.length > 0 && { citations }), ...cacheOf(part) }
}

const details: ReadonlySet<unknown> = new Set(['auto', 'low', 'high', 'original'])

function detailOf(part: Fields): Pick<MediaPart, 'detail'> {
  const { detail } = part
  return details.has(detail) ? { detail: detail as NonNullable<MediaPart['detail']> } : {}
}

function decodeImage(part: Fields): MediaPart {
  const source = decodeUrl(required(part, 'image_url'), 'image_url')
  return { type: 'image', source, ...detailOf(part), ...cacheOf(part) }
}

function decodeFile(part: Fields): MediaPart {
  const [name, url] = [textOf(part, 'filename'), textOf(part, 'file_url')]
  const source = url === undefined ? decodeFileData(part, name) : decodeUrl(url, 'file_url')
  return { type: 'document', source, ...said({ name }), ...detailOf(part), ...cacheOf(part) }
}

/** The kinds of files that come without a word on what they are. */
const typeByEnding: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
}

function decodeFileData(part: Fields, name: string | undefined): MediaSource {
  const data = required(part, 'file_data')
  if (data.startsWith('data:')) return decodeUrl(data, 'file_data')
  const ending = name?.slice(name.lastIndexOf('.') + 1).toLowerCase() ?? ''
  return { type: 'base64', mediaType: typeByEnding[ending] ?? 'application/octet-stream', data }
}

function decodeAudio(part: Fields): MediaPart {
  const audio = isFields(part['input_audio']) ? part['input_audio'] : {}
  const [data, format] = [required(audio, 'data'), required(audio, 'format')]
  const mediaType = format === 'mp3' ? 'audio/mpeg' : `audio/${format}`
  return { type: 'audio', source: { type: 'base64', mediaType, data } }
}

function decodeUrl(url: string, param: string): MediaSource {
  if (!url.startsWith('data:')) return { type: 'url', url }
  const comma = url.indexOf(',')
  const [mediaType = '', ...more] = url.slice('data:'.length, Math.max(comma, 0)).split(';')
  if (more.at(-1) !== 'base64' || mediaType === '')
    throw invalid(`${param} must be an address, or data with its type in base64.`, param)
  return { type: 'base64', mediaType, data: url.slice(comma + 1) }
}

function cacheOf(part: Fields): { readonly cache?: CacheMark } {
  return isFields(part['prompt_cache_breakpoint']) ? { cache: {} } : {}
}

/** A text that an item cannot do without. */
export function required(fields: Fields, name: string): string {
  const text = textOf(fields, name)
  if (text === undefined) throw invalid(`An item in input has no ${name}.`, 'input')
  return text
}
