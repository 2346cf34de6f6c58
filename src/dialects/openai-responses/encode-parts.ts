import type {
  ResponseInputContent,
  ResponseOutputRefusal,
  ResponseOutputText,
} from 'openai/resources/responses/responses'
import type { CacheMark, MediaPart, MediaSource, RefusalPart, TextPart } from '../../core/chat/call.ts'
import { WeirError } from '../../core/errors.ts'
import { documentText } from '../openai-words.ts'
import { encodeCitation } from './annotations.ts'
import { said } from '../said.ts'

/** What is to be known while a call is written. */
export interface Writing {
  /** Names of what could not be carried. */
  readonly dropped: Set<string>
  /** Whether the model knows where a prompt may be cached: others refuse the mark. */
  readonly takesMarks: boolean
}

/** A part of what a user says, or a tool gives back. */
export function encodeInputPart(part: TextPart | MediaPart, writing: Writing): ResponseInputContent {
  const mark = encodeMark(part.cache, writing)
  if (part.type === 'text') return { type: 'input_text', text: part.text, ...mark }
  noteDropped(part, writing)
  return { ...encodeMedia(part), ...mark }
}

function encodeMedia(part: MediaPart): ResponseInputContent {
  const { source } = part
  if (source.type === 'text') return { type: 'input_text', text: documentText(source.text, part) }
  if (part.type === 'image') return encodeImage(part, source)
  if (part.type === 'document') return encodeFile(part, source)
  throw new WeirError(
    'cannot_translate',
    `The provider of this model takes no ${part.type} by this way: send its text, or images of it, or choose another model.`,
  )
}

/** A mark keeps for half an hour here, whatever it asks for. */
function encodeMark(mark: CacheMark | undefined, { dropped, takesMarks }: Writing) {
  if (mark && !takesMarks) dropped.add('cache_control')
  else if (mark?.ttl === '1h') dropped.add('cache_ttl')
  return mark && takesMarks ? { prompt_cache_breakpoint: { mode: 'explicit' as const } } : {}
}

function noteDropped({ type, name, cite, context }: MediaPart, { dropped }: Writing): void {
  if (cite === true) dropped.add('citations')
  if (context !== undefined) dropped.add('document_context')
  if (name !== undefined && type !== 'document') dropped.add('name')
}

function encodeImage({ detail = 'auto' }: MediaPart, source: MediaSource): ResponseInputContent {
  return { type: 'input_image', image_url: urlOf(source), detail }
}

function encodeFile({ name, detail }: MediaPart, source: MediaSource): ResponseInputContent {
  // Files know of no look that is closer than `high`.
  const look = said({ detail: detail === 'original' ? ('high' as const) : detail })
  if (source.type === 'url')
    return { type: 'input_file', file_url: source.url, ...look, ...said({ filename: name }) }
  const filename = name ?? `document.${endings[source.mediaType] ?? 'bin'}`
  return { type: 'input_file', file_data: urlOf(source), filename, ...look }
}

/** A file must have a name, and what it is is told by its ending. */
const endings: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'text/plain': 'txt',
  'text/markdown': 'md',
  'text/csv': 'csv',
  'text/html': 'html',
  'application/json': 'json',
}

function urlOf(source: MediaSource): string {
  return source.type === 'url' ? source.url : `data:${source.mediaType};base64,${source.data}`
}

/** A part of what the model said. */
export function encodeOutputPart(
  part: TextPart | RefusalPart,
  { dropped }: Writing,
): ResponseOutputText | ResponseOutputRefusal {
  if (part.type === 'refusal') return { type: 'refusal', refusal: part.text }
  const { text, citations = [], cache } = part
  if (cache) dropped.add('cache_control')
  const ofAddresses = citations.filter((citation) => citation.type === 'url')
  if (ofAddresses.length < citations.length) dropped.add('citations')
  const annotations = ofAddresses.map((citation) => encodeCitation(citation, text.length))
  return { type: 'output_text', text, annotations }
}
