import type { Citation } from '../../core/chat/citation.ts'
import { countOf, fieldsOf, isFields, listOf, textOf, utf8Length, type Fields } from '../fields.ts'

/** Where Google says that an answer comes from. Its offsets count bytes of all the text of the answer. */

/** The text of one block of an answer. */
export interface TextBlock {
  readonly index: number
  readonly text: string
}

/** A citation, and of which block it is. */
export interface Placed {
  readonly index: number
  readonly citation: Citation
}

interface Source {
  readonly url: string
  readonly title?: string
  readonly quote?: string
}

interface Range {
  readonly index: number
  readonly start?: number
  readonly end?: number
}

export function readCitations(candidate: Fields, blocks: readonly TextBlock[]): Placed[] {
  const [first] = blocks
  if (!first) return []
  return [...groundedIn(candidate, blocks, first), ...recitedIn(candidate, blocks, first)]
}

function groundedIn(candidate: Fields, blocks: readonly TextBlock[], first: TextBlock): Placed[] {
  const grounding = fieldsOf(candidate, 'groundingMetadata')
  const sources = listOf(grounding, 'groundingChunks').map(sourceOf)
  const used = new Set<number>()
  const supported = listOf(grounding, 'groundingSupports')
    .filter(isFields)
    .flatMap((support) => {
      const range = rangeOf(fieldsOf(support, 'segment'), blocks) ?? { index: first.index }
      return listOf(support, 'groundingChunkIndices').flatMap((place) => {
        const source = typeof place === 'number' ? sources[place] : undefined
        if (typeof place === 'number') used.add(place)
        return source ? [placed(source, range)] : []
      })
    })
  const loose = sources.flatMap((source, place) =>
    source && !used.has(place) ? [placed(source, { index: first.index })] : [],
  )
  return [...supported, ...loose]
}

function recitedIn(candidate: Fields, blocks: readonly TextBlock[], first: TextBlock): Placed[] {
  return listOf(fieldsOf(candidate, 'citationMetadata'), 'citations').flatMap((cited) => {
    const source = isFields(cited) ? sourceAt(cited) : undefined
    if (!source || !isFields(cited)) return []
    return [placed(source, rangeOf(cited, blocks) ?? { index: first.index })]
  })
}

function placed({ url, title, quote }: Source, { index, start, end }: Range): Placed {
  const citation = {
    type: 'url' as const,
    url,
    ...(title !== undefined && { title }),
    ...(quote !== undefined && { quote }),
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
  }
  return { index, citation }
}

const kindsOfSource = ['web', 'maps', 'retrievedContext', 'image']

function sourceOf(chunk: unknown): Source | undefined {
  if (!isFields(chunk)) return undefined
  const kind = kindsOfSource.find((kind) => isFields(chunk[kind]))
  return kind === undefined ? undefined : sourceAt(fieldsOf(chunk, kind))
}

function sourceAt(place: Fields): Source | undefined {
  const url = textOf(place, 'uri') ?? textOf(place, 'sourceUri')
  if (url === undefined || url === '') return undefined
  const title = textOf(place, 'title')
  const quote = textOf(place, 'text')
  return { url, ...(title !== undefined && { title }), ...(quote !== undefined && { quote }) }
}

/** Where a segment lies. Its own text, where it is told, decides whether its offsets are believed. */
function rangeOf(segment: Fields, blocks: readonly TextBlock[]): Range | undefined {
  const text = textOf(segment, 'text')
  const end = countOf(segment, 'endIndex')
  if (end !== undefined) {
    const range = rangeOfBytes(blocks, countOf(segment, 'startIndex') ?? 0, end)
    if (range && (text === undefined || range.text === text)) return range
  }
  return text === undefined || text === '' ? undefined : rangeOfText(blocks, text)
}

function rangeOfBytes(
  blocks: readonly TextBlock[],
  startByte: number,
  endByte: number,
): (Required<Range> & { text: string }) | undefined {
  let before = 0
  for (const { index, text } of blocks) {
    const length = utf8Length(text)
    if (startByte >= before && endByte <= before + length && startByte < endByte) {
      const start = unitsOf(text, startByte - before)
      const end = unitsOf(text, endByte - before)
      return { index, start, end, text: text.slice(start, end) }
    }
    before += length
  }
  return undefined
}

function rangeOfText(blocks: readonly TextBlock[], wanted: string): Range | undefined {
  for (const { index, text } of blocks) {
    const start = text.indexOf(wanted)
    if (start >= 0) return { index, start, end: start + wanted.length }
  }
  return undefined
}

/** How many UTF-16 units so many bytes of a text are. */
function unitsOf(text: string, bytes: number): number {
  let left = bytes
  let units = 0
  for (const character of text) {
    if (left <= 0) break
    left -= utf8Length(character)
    units += character.length
  }
  return units
}

interface Support {
  readonly segment: object
  readonly groundingChunkIndices: number[]
}

/** Gathers citations of one text after the other, and prints them as Google does. */
export class GroundingPrinter {
  readonly #chunks: object[] = []
  readonly #places = new Map<string, number>()
  readonly #supports = new Map<string, Support>()
  #bytesBefore = 0

  add(text: string, citations: readonly Citation[]): void {
    for (const citation of citations) this.#add(text, citation)
    this.#bytesBefore += utf8Length(text)
  }

  /** A field of a candidate, where there is anything to tell. */
  get field(): object {
    if (this.#chunks.length === 0) return {}
    const groundingSupports = [...this.#supports.values()]
    return { groundingMetadata: { groundingChunks: this.#chunks, groundingSupports } }
  }

  #add(text: string, citation: Citation): void {
    const place = this.#placeOf(citation)
    // A citation of a document is of all of the text that it stands at.
    const [start, end] = citation.type === 'url' ? [citation.start, citation.end] : [0, text.length]
    if (start === undefined || end === undefined) return
    const startIndex = this.#bytesBefore + utf8Length(text.slice(0, start))
    const endIndex = this.#bytesBefore + utf8Length(text.slice(0, end))
    const key = `${startIndex}-${endIndex}`
    const known = this.#supports.get(key)
    if (known && !known.groundingChunkIndices.includes(place)) known.groundingChunkIndices.push(place)
    if (known) return
    const segment = { startIndex, endIndex, text: text.slice(start, end) }
    this.#supports.set(key, { segment, groundingChunkIndices: [place] })
  }

  #placeOf(citation: Citation): number {
    const chunk = chunkOf(citation)
    const key = JSON.stringify(chunk)
    const place = this.#places.get(key) ?? this.#chunks.push(chunk) - 1
    this.#places.set(key, place)
    return place
  }
}

function chunkOf(citation: Citation): object {
  const { title, quote } = citation
  const named = title !== undefined && { title }
  if (citation.type === 'document') return { retrievedContext: { ...named, text: quote } }
  if (quote !== undefined) return { retrievedContext: { uri: citation.url, ...named, text: quote } }
  return { web: { uri: citation.url, ...named } }
}
