import type { InputSize } from '../../core/dialect.ts'
import { WeirError } from '../../core/errors.ts'
import type { Fields } from '../fields.ts'
import { isFields } from '../fields.ts'
import { camelOf, fieldOf, objectOf, objectsOf, stringOf } from './field-names.ts'

interface Media {
  images: number
  imageBytes: number
  unbounded: boolean
}

/** Parts of a turn that their own text bounds. What is not known may fill the context. */
const boundedFields: ReadonlySet<string> = new Set([
  'text',
  'thought',
  'thoughtSignature',
  'inlineData',
  'functionCall',
  'functionResponse',
  'partMetadata',
  'mediaResolution',
])

/**
 * How much a request brings in. Only where Google looks for media is it taken for media: the same fields within the arguments or
 * the result of a function are text.
 */
export function sizeOf(values: Fields, byteLength: number): InputSize {
  const media: Media = { images: 0, imageBytes: 0, unbounded: false }
  for (const turn of objectsOf(values, 'contents')) noteParts(turn, media)
  const system = fieldOf(values, 'systemInstruction')
  if (isFields(system)) noteParts(system, media)
  return { textBytes: byteLength - media.imageBytes, images: media.images, unbounded: media.unbounded }
}

function noteParts(holder: Fields, media: Media): void {
  for (const part of objectsOf(holder, 'parts')) {
    if (Object.keys(part).some((name) => !boundedFields.has(camelOf(name)))) media.unbounded = true
    if (isCloserThanUsual(objectOf(part, 'mediaResolution'))) media.unbounded = true
    noteData(part, media)
    const result = objectOf(part, 'functionResponse')
    if (result) for (const inner of objectsOf(result, 'parts')) noteData(inner, media)
  }
}

function noteData(part: Fields, media: Media): void {
  const file = objectOf(part, 'fileData')
  if (file) noteFile(file, media)
  const inline = objectOf(part, 'inlineData')
  if (!inline) return
  const mediaType = stringOf(inline, 'mimeType') ?? ''
  if (/^image\//i.test(mediaType)) {
    media.images++
    media.imageBytes += (stringOf(inline, 'data') ?? '').length
  } else if (!/^text\//i.test(mediaType)) media.unbounded = true
}

/** A picture may then count more tokens than the table of images has. */
function isCloserThanUsual(resolution: Fields | undefined): boolean {
  if (!resolution) return false
  const level = fieldOf(resolution, 'level')
  return fieldOf(resolution, 'numTokens') !== undefined || !isUsual(level)
}

function isUsual(level: unknown): boolean {
  return (
    level === undefined ||
    (typeof level === 'string' && /_(UNSPECIFIED|LOW|MEDIUM|HIGH)$/.test(level) && !level.includes('ULTRA'))
  )
}

/**
 * Files and buckets are read with the operator's rights, and none of them were issued through here: only what anybody may fetch from
 * the web passes.
 */
function noteFile(file: Fields, media: Media): void {
  const uri = stringOf(file, 'fileUri')
  if (uri !== undefined && !isPublic(uri))
    throw new WeirError('not_found', 'No such file was issued to this org.', { param: 'fileData' })
  media.unbounded = true
}

export function isPublic(uri: string): boolean {
  const url = URL.parse(uri)
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return false
  return !url.hostname.includes('generativelanguage')
}
