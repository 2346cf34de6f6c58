import type { ResponseOutputText } from 'openai/resources/responses/responses'
import type { Citation } from '../../core/chat/citation.ts'
import { isFields, textOf, type Fields } from '../fields.ts'
import { said } from '../said.ts'

/** The citations of a text that are told in a way that others know, too: those of addresses. */
export function decodeCitations(annotations: unknown): Citation[] {
  return Array.isArray(annotations) ? annotations.flatMap((told) => decodeCitation(told) ?? []) : []
}

export function decodeCitation(annotation: unknown): Citation | undefined {
  if (!isFields(annotation) || annotation['type'] !== 'url_citation') return undefined
  const [url, title] = [textOf(annotation, 'url'), textOf(annotation, 'title')]
  if (url === undefined) return undefined
  const [start, end] = [offsetOf(annotation, 'start_index'), offsetOf(annotation, 'end_index')]
  return { type: 'url', url, ...said({ title: title === '' ? undefined : title, start, end }) }
}

function offsetOf(annotation: Fields, name: string): number | undefined {
  const offset = annotation[name]
  return typeof offset === 'number' && Number.isInteger(offset) && offset >= 0 ? offset : undefined
}

/** A citation as an annotation of a text. One that tells no place is one of all the text so far. */
export function encodeCitation(
  citation: Citation,
  textLength: number,
): ResponseOutputText['annotations'][number] {
  const { title = '' } = citation
  // Of a document there is only its number and name here; it has no id, as no provider keeps it.
  if (citation.type === 'document')
    return { type: 'file_citation', file_id: '', filename: title, index: citation.index }
  const { url, start = 0, end = textLength } = citation
  return { type: 'url_citation', url, title, start_index: start, end_index: end }
}
