import { WeirError } from '../core/errors.ts'
import type { InputSize } from '../core/dialect.ts'
import type { Fields } from './fields.ts'

/** Deeper nesting than this is refused: no honest request has it, and walking it could overflow the stack. */
const maxDepth = 100

/** What is found in a request on one walk through it. */
export interface Survey {
  fieldCount: number
  /** Names that hold a backslash. */
  backslashNames: number
  images: number
  mediaBytes: number
  unbounded: boolean
}

/** What is looked at in a request: `note` is given each object in the fields that hold what the model reads. */
export interface Surveying {
  readonly inputFields: ReadonlySet<string>
  readonly note: (record: Fields, survey: Survey) => void
}

/** Walks a parsed request: counts fields, and finds media and references in what the model reads. */
export function surveyRequest(body: Fields, byteLength: number, { inputFields, note }: Surveying) {
  const survey: Survey = { fieldCount: 0, backslashNames: 0, images: 0, mediaBytes: 0, unbounded: false }
  for (const [name, value] of Object.entries(body)) {
    noteName(name, survey)
    walk(value, survey, { depth: 1, note: inputFields.has(name) ? note : undefined })
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
  readonly note: Surveying['note'] | undefined
}

function walk(value: unknown, survey: Survey, place: Place): void {
  if (typeof value !== 'object' || value === null) return
  if (place.depth > maxDepth) throw new WeirError('invalid_request', 'The request is nested too deeply.')
  const inner = { ...place, depth: place.depth + 1 }
  if (Array.isArray(value)) {
    for (const item of value) walk(item, survey, inner)
    return
  }
  const record = value as Fields
  place.note?.(record, survey)
  for (const name of Object.keys(record)) {
    noteName(name, survey)
    walk(record[name], survey, inner)
  }
}

function noteName(name: string, survey: Survey): void {
  survey.fieldCount++
  if (name.includes('\\')) survey.backslashNames++
}

export function dataUrlLength(url: unknown): number {
  return typeof url === 'string' && url.startsWith('data:') ? url.length : 0
}
