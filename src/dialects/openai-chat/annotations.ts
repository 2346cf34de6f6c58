import type { Citation } from '../../core/chat/citation.ts'
import { fieldsOf, isFields, listOf, textOf, type Fields } from '../fields.ts'

/** The citations of addresses among a message's annotations. */
export function readAnnotations(message: Fields): Citation[] {
  return listOf(message, 'annotations').flatMap((annotation) => {
    if (!isFields(annotation) || annotation['type'] !== 'url_citation') return []
    const cited = fieldsOf(annotation, 'url_citation')
    const url = textOf(cited, 'url')
    return url === undefined ? [] : [readCitation(cited, url)]
  })
}

function readCitation(cited: Fields, url: string): Citation {
  const title = textOf(cited, 'title')
  const quote = textOf(cited, 'content')
  const start = offsetOf(cited, 'start_index')
  const end = offsetOf(cited, 'end_index')
  return {
    type: 'url',
    url,
    ...(title !== undefined && title !== '' && { title }),
    ...(quote !== undefined && { quote }),
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
  }
}

function offsetOf(fields: Fields, name: string): number | undefined {
  const value = fields[name]
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

/** A text that cites, and what of the message stands before it. */
interface CitingText {
  readonly offset: number
  readonly length: number
  readonly citations: readonly Citation[]
}

/** Clients insist on a title and both offsets. What cites the caller's own documents has no place here. */
export function printAnnotations({ offset, length, citations }: CitingText) {
  return citations.flatMap((citation) => {
    if (citation.type !== 'url') return []
    const { url, title = '', quote, start = 0, end = length } = citation
    const cited = { url, title, start_index: offset + start, end_index: offset + end }
    return [
      { type: 'url_citation', url_citation: { ...cited, ...(quote !== undefined && { content: quote }) } },
    ]
  })
}
