import type {
  CitationCharLocationParam,
  CitationContentBlockLocationParam,
  CitationPageLocationParam,
} from '@anthropic-ai/sdk/resources/messages'
import type { Citation } from '../../core/chat/citation.ts'
import { countOf, isFields, textOf, type Fields } from '../fields.ts'

type DocumentCitation = Extract<Citation, { readonly type: 'document' }>
type UrlCitation = Extract<Citation, { readonly type: 'url' }>

/** How a place in a document is told: by which fields, in which unit. */
const places = [
  { type: 'char_location', unit: 'character', from: 'start_char_index', to: 'end_char_index' },
  { type: 'page_location', unit: 'page', from: 'start_page_number', to: 'end_page_number' },
  { type: 'content_block_location', unit: 'block', from: 'start_block_index', to: 'end_block_index' },
] as const

/** Where the address of a source stands. */
const addresses: ReadonlyMap<unknown, string> = new Map([
  ['web_search_result_location', 'url'],
  ['search_result_location', 'source'],
])

/** Reads a citation; undefined if it is none that is known. */
export function readCitation(citation: unknown): Citation | undefined {
  if (!isFields(citation)) return undefined
  const address = addresses.get(citation['type'])
  return address === undefined ? readPlace(citation) : readSource(citation, textOf(citation, address))
}

export function readCitations(citations: unknown): Citation[] {
  if (!Array.isArray(citations)) return []
  return (citations as unknown[]).flatMap((citation) => readCitation(citation) ?? [])
}

function readSource(citation: Fields, url: string | undefined): UrlCitation | undefined {
  if (url === undefined) return undefined
  const title = textOf(citation, 'title')
  const quote = textOf(citation, 'cited_text')
  return { type: 'url', url, ...(title !== undefined && { title }), ...(quote !== undefined && { quote }) }
}

function readPlace(citation: Fields): DocumentCitation | undefined {
  const place = places.find(({ type }) => type === citation['type'])
  if (!place) return undefined
  const index = countOf(citation, 'document_index')
  const from = countOf(citation, place.from)
  const to = countOf(citation, place.to)
  if (index === undefined || from === undefined || to === undefined) return undefined
  const title = textOf(citation, 'document_title')
  const quote = textOf(citation, 'cited_text') ?? ''
  return { type: 'document', index, ...(title !== undefined && { title }), quote, unit: place.unit, from, to }
}

type Place = CitationCharLocationParam | CitationPageLocationParam | CitationContentBlockLocationParam

/** A place in a document, as answers tell it and requests bring it back. */
export function printPlace({ unit, from, to, index, quote, title }: DocumentCitation): Place {
  const about = { cited_text: quote, document_index: index, document_title: title ?? null }
  switch (unit) {
    case 'character':
      return { type: 'char_location', ...about, start_char_index: from, end_char_index: to }
    case 'page':
      return { type: 'page_location', ...about, start_page_number: from, end_page_number: to }
    case 'block':
      return { type: 'content_block_location', ...about, start_block_index: from, end_block_index: to }
  }
}

/** Stands where Anthropic's search puts an index of its own, which nobody else can make: begins as a packed seal does. */
export const foreignIndex = 'weir1.'

/** A citation for the caller. That of a web page says that it is none of Anthropic's, so that it can be kept from going there. */
export function printCitation(citation: Citation) {
  if (citation.type === 'document') return { ...printPlace(citation), file_id: null }
  return {
    type: 'web_search_result_location',
    url: citation.url,
    title: citation.title ?? null,
    cited_text: citation.quote ?? '',
    encrypted_index: foreignIndex,
  }
}
