import type { CacheMark, MediaPart, MediaSource, TextPart } from '../../core/chat/call.ts'
import { WeirError } from '../../core/errors.ts'
import type { Quirks } from '../../core/provider.ts'
import { documentText } from '../openai-words.ts'

/** What is to be known while a call is written. */
export interface Writing {
  /** Names of what could not be carried. */
  readonly dropped: Set<string>
  /** Whether the model knows where a prompt may be cached: others refuse the mark. */
  readonly takesMarks: boolean
  /** Where the provider takes back what its model thought. */
  readonly thoughtField: Quirks['thoughtField']
}

type ContentPart = TextPart | MediaPart

/** One text where there is nothing else: many providers take no list. */
export function encodeContent(parts: readonly ContentPart[], writing: Writing): string | object[] {
  for (const part of parts) noteLost(part, writing)
  const said = parts.map(asText).filter((part) => !isEmpty(part))
  const isPlain = said.every((part) => part.type === 'text' && !(part.cache && writing.takesMarks))
  return isPlain ? textOf(said, '\n\n') : said.map((part) => encodePart(part, writing))
}

/** A document whose text is all of it is a text here. */
function asText(part: ContentPart): ContentPart {
  if (part.type !== 'document' || part.source.type !== 'text') return part
  const text = documentText(part.source.text, part)
  return { type: 'text', text, ...(part.cache && { cache: part.cache }) }
}

/** The texts among the parts as one. */
export function textOf(parts: readonly { readonly type: string }[], separator: string): string {
  const texts = parts.flatMap((part) => ('text' in part && part.type === 'text' ? String(part.text) : []))
  return texts.filter((text) => text !== '').join(separator)
}

function isEmpty(part: ContentPart): boolean {
  return part.type === 'text' && part.text === ''
}

function noteLost(part: ContentPart, writing: Writing): void {
  noteLostMark(part.cache, writing)
  if (part.type === 'text') {
    if (part.citations?.length) writing.dropped.add('citations')
    return
  }
  if (part.cite) writing.dropped.add('citations')
  if (part.context !== undefined) writing.dropped.add('document_context')
  if (part.name !== undefined && !carriesName(part)) writing.dropped.add('name')
  if (part.detail !== undefined && part.type !== 'image') writing.dropped.add('detail')
}

/** A mark keeps for half an hour here, whatever it asks for. */
export function noteLostMark(mark: CacheMark | undefined, { dropped, takesMarks }: Writing): void {
  if (mark && !takesMarks) dropped.add('cache_control')
  else if (mark?.ttl === '1h') dropped.add('cache_ttl')
}

function carriesName({ type, source }: MediaPart): boolean {
  return type === 'document' && source.type !== 'url'
}

function encodePart(part: ContentPart, { takesMarks }: Writing): object {
  const mark = part.cache && takesMarks && { prompt_cache_breakpoint: { mode: 'explicit' } }
  const content = part.type === 'text' ? { type: 'text', text: part.text } : encodeMedia(part)
  return { ...content, ...mark }
}

function encodeMedia(part: MediaPart): object {
  const { type, source } = part
  if (source.type === 'text') throw untranslatable(`A part of type ${type} cannot be a text.`)
  if (type === 'image') return encodeImage(part, source)
  if (type === 'video') throw untranslatable('Video cannot be carried to this model: send images of it.')
  if (source.type === 'url')
    throw untranslatable(`This model takes no ${type} by its address: send it as base64.`)
  return type === 'audio' ? encodeAudio(source.mediaType, source.data) : encodeFile(part, source)
}

type Bytes = Extract<MediaSource, { readonly type: 'base64' }>

function dataUrl({ mediaType, data }: Bytes): string {
  return `data:${mediaType};base64,${data}`
}

function encodeImage({ detail }: MediaPart, source: MediaSource): object {
  const url = source.type === 'url' ? source.url : dataUrl(source)
  return { type: 'image_url', image_url: { url, ...(detail !== undefined && { detail }) } }
}

/** Other names of what has a short one. */
const audioFormats: Readonly<Record<string, string>> = {
  mpeg: 'mp3',
  'x-wav': 'wav',
  wave: 'wav',
  'vnd.wave': 'wav',
  mp4: 'm4a',
  'x-m4a': 'm4a',
}

function encodeAudio(mediaType: string, data: string): object {
  const subtype = /^audio\/([a-z0-9.-]+)$/i.exec(mediaType)?.[1]?.toLowerCase()
  if (subtype === undefined) throw untranslatable('This model takes no such audio: send it as wav or mp3.')
  return { type: 'input_audio', input_audio: { data, format: audioFormats[subtype] ?? subtype } }
}

/** The model is told a file's name, so it must have one. */
function encodeFile({ name }: MediaPart, source: Bytes): object {
  const filename = name ?? (source.mediaType === 'application/pdf' ? 'document.pdf' : 'document')
  return { type: 'file', file: { filename, file_data: dataUrl(source) } }
}

export function untranslatable(message: string): WeirError {
  return new WeirError('cannot_translate', message)
}
