import type { MediaPart } from '../../core/chat/call.ts'
import { WeirError } from '../../core/errors.ts'
import { base64Of } from './base64.ts'
import type { Block, Encoding } from './encoding.ts'

/** Bedrock's names of formats, by what follows the slash in a media type, or the dot in a name. */
const formats: Readonly<Record<MediaPart['type'], Readonly<Record<string, string>>>> = {
  image: { png: 'png', jpeg: 'jpeg', jpg: 'jpeg', gif: 'gif', webp: 'webp' },
  document: {
    pdf: 'pdf',
    csv: 'csv',
    doc: 'doc',
    msword: 'doc',
    docx: 'docx',
    'vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
    xls: 'xls',
    'vnd.ms-excel': 'xls',
    xlsx: 'xlsx',
    'vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
    html: 'html',
    txt: 'txt',
    plain: 'txt',
    md: 'md',
    markdown: 'md',
  },
  audio: {
    mp3: 'mp3',
    mpeg: 'mp3',
    wav: 'wav',
    'x-wav': 'wav',
    flac: 'flac',
    ogg: 'ogg',
    opus: 'opus',
    aac: 'aac',
    m4a: 'm4a',
    mp4: 'mp4',
    webm: 'webm',
  },
  video: {
    mp4: 'mp4',
    quicktime: 'mov',
    mov: 'mov',
    webm: 'webm',
    'x-matroska': 'mkv',
    mkv: 'mkv',
    'x-flv': 'flv',
    mpeg: 'mpeg',
    'x-ms-wmv': 'wmv',
    '3gpp': 'three_gp',
  },
}

/** An image, a document, audio or video. Throws WeirError `cannot_translate` where Bedrock takes none such. */
export function mediaBlock(part: MediaPart, encoding: Encoding): Block {
  if (part.detail !== undefined && part.detail !== 'auto') encoding.dropped.add('detail')
  if (encoding.traits.maker === 'anthropic' && (part.type === 'audio' || part.type === 'video'))
    throw untranslatable(`This model takes no ${part.type} as input.`)
  const source = { bytes: bytesOf(part) }
  const media = { format: formatOf(part), source }
  return { [part.type]: part.type === 'document' ? { ...media, ...documentFields(part, encoding) } : media }
}

function bytesOf({ type, source }: MediaPart): string {
  if (source.type === 'base64') return source.data
  if (source.type === 'text') return base64Of(new TextEncoder().encode(source.text))
  throw untranslatable(`This provider fetches nothing by URL: send the ${type} as base64.`)
}

function formatOf({ type, source, name }: MediaPart): string {
  if (source.type === 'text') return 'txt'
  const known = formats[type]
  const [kind = '', subtype = ''] = (source.mediaType ?? '').toLowerCase().split(/[/;]/)
  const suffix = name?.toLowerCase().split('.').at(-1) ?? ''
  const format = lookUp(known, subtype.trim()) ?? lookUp(known, suffix)
  if (format !== undefined) return format
  if (type === 'document' && kind === 'text') return 'txt'
  const taken = [...new Set(Object.values(known))].join(', ')
  throw untranslatable(
    `This provider takes no ${type} of type ${source.mediaType ?? 'unknown'}: send ${taken}.`,
  )
}

function lookUp(known: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(known, name) ? known[name] : undefined
}

/** Citations and context are Claude's. */
function documentFields(
  { name, cite, context }: MediaPart,
  { traits, dropped, documentNames }: Encoding,
): Block {
  const isClaude = traits.maker === 'anthropic'
  if (cite && !isClaude) dropped.add('citations')
  if (context !== undefined && !isClaude) dropped.add('document_context')
  return {
    name: documentNames.nameFor(name),
    ...(context !== undefined && isClaude && { context }),
    ...(cite && isClaude && { citations: { enabled: true } }),
  }
}

export function untranslatable(message: string): WeirError {
  return new WeirError('cannot_translate', message)
}
