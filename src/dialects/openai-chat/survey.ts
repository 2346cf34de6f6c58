import { WeirError } from '../../core/errors.ts'
import type { InputSize } from '../../core/dialect.ts'

/** Deeper nesting than this is refused: no honest request has it, and walking it could overflow the stack. */
const maxDepth = 100

interface Survey {
  fieldCount: number
  /** Names that hold a backslash. */
  backslashNames: number
  images: number
  mediaBytes: number
  unbounded: boolean
}

/** What in a message is bounded by its own text, or by the table of images. Anything else may fill the context. */
const boundedParts: ReadonlySet<string> = new Set([
  'text',
  'refusal',
  'image_url',
  'function',
  'custom',
  'ephemeral',
  'explicit',
])

/** Walks a parsed request: counts fields, and finds media and references in its messages. */
export function surveyRequest(body: Readonly<Record<string, unknown>>, byteLength: number) {
  const survey: Survey = { fieldCount: 0, backslashNames: 0, images: 0, mediaBytes: 0, unbounded: false }
  for (const [name, value] of Object.entries(body)) {
    noteName(name, survey)
    walk(value, survey, { depth: 1, inMessages: name === 'messages' })
  }
  const size: InputSize = {
    textBytes: byteLength - survey.mediaBytes,
    images: survey.images,
    unbounded: survey.unbounded,
  }
  return { fieldCount: survey.fieldCount, backslashNames: survey.backslashNames, size }
}

interface Place {
  readonly depth: number
  readonly inMessages: boolean
}

function walk(value: unknown, survey: Survey, place: Place): void {
  if (typeof value !== 'object' || value === null) return
  if (place.depth > maxDepth) throw new WeirError('invalid_request', 'The request is nested too deeply.')
  const inner = { ...place, depth: place.depth + 1 }
  if (Array.isArray(value)) {
    for (const item of value) walk(item, survey, inner)
    return
  }
  const record = value as Readonly<Record<string, unknown>>
  if (place.inMessages) noteMedia(record, survey)
  for (const name of Object.keys(record)) {
    noteName(name, survey)
    walk(record[name], survey, inner)
  }
}

function noteName(name: string, survey: Survey): void {
  survey.fieldCount++
  if (name.includes('\\')) survey.backslashNames++
}

function noteMedia(record: Readonly<Record<string, unknown>>, survey: Survey): void {
  refuseReferences(record)
  if (record['image_url'] !== undefined) {
    survey.images++
    survey.mediaBytes += dataLength(record['image_url'])
  }
  if (typeof record['type'] === 'string' && !boundedParts.has(record['type'])) survey.unbounded = true
}

/** Ids of files and audio belong to the org that they were issued to, and none were issued through here. */
function refuseReferences(record: Readonly<Record<string, unknown>>): void {
  if (typeof record['file_id'] === 'string')
    throw new WeirError('not_found', 'No such file was issued to this org.', { param: 'file_id' })
  if (record['role'] === 'assistant' && record['audio'] !== undefined && record['audio'] !== null)
    throw new WeirError('not_found', 'No such audio was issued to this org.', { param: 'audio' })
}

function dataLength(image: unknown): number {
  const url = typeof image === 'object' && image !== null && 'url' in image ? image.url : image
  return typeof url === 'string' && url.startsWith('data:') ? url.length : 0
}
