import type { Citation } from '../../core/chat/citation.ts'
import type {
  CacheMark,
  JsonObject,
  MediaPart,
  Part,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from '../../core/chat/call.ts'
import { isFields, parseJson } from '../fields.ts'
import { cachePoint } from './cache-points.ts'
import type { Block, Encoding } from './encoding.ts'
import { mediaBlock, untranslatable } from './media.ts'
import { lockedByOpenAi } from './seals.ts'

/** The blocks of a part: none where nothing is left of it. Bedrock refuses blank text. */
export function partBlocks(part: Part, encoding: Encoding): Block[] {
  switch (part.type) {
    case 'text':
      return [...textBlocks(part, encoding), ...cachePoints(part.cache, encoding)]
    case 'refusal':
      return isBlank(part.text) ? [] : [{ text: part.text }]
    case 'reasoning':
      return reasoningBlocks(part, encoding)
    case 'tool_call':
      return [callBlock(part, encoding), ...cachePoints(part.cache, encoding)]
    case 'tool_result':
      return resultBlocks(part, encoding)
    default:
      return [mediaBlock(part, encoding), ...cachePoints(part.cache, encoding)]
  }
}

export function isBlank(text: string): boolean {
  return text.trim() === ''
}

/** A place up to which the prompt may be cached. */
export function cachePoints(mark: CacheMark | undefined, { traits, dropped }: Encoding): Block[] {
  if (!mark) return []
  if (traits.caches !== 'none') return [cachePoint(mark)]
  dropped.add('cache_control')
  return []
}

function textBlocks({ text, citations = [] }: TextPart, { traits, dropped }: Encoding): Block[] {
  if (isBlank(text)) return []
  const cited = traits.maker === 'anthropic' ? citations.flatMap(citationBlocks) : []
  if (cited.length < citations.length) dropped.add('citations')
  return [cited.length > 0 ? { citationsContent: { content: [{ text }], citations: cited } } : { text }]
}

const locations = { character: 'documentChar', page: 'documentPage', block: 'documentChunk' } as const

function citationBlocks(citation: Citation): Block[] {
  if (citation.type !== 'document') return []
  const { index, title, quote, unit, from, to } = citation
  return [
    {
      ...(title !== undefined && { title }),
      sourceContent: [{ text: quote }],
      location: { [locations[unit]]: { documentIndex: index, start: from, end: to } },
    },
  ]
}

/** Only what the model's own maker sealed goes back to it. */
function reasoningBlocks({ text, seal }: ReasoningPart, { traits, dropped }: Encoding): Block[] {
  const isClaudes = seal?.by === 'anthropic' && traits.maker === 'anthropic'
  if (isClaudes && !seal.locked)
    return [{ reasoningContent: { reasoningText: { text, signature: seal.value } } }]
  if (isClaudes || (seal && traits.maker === 'openai' && lockedByOpenAi(seal)))
    return [{ reasoningContent: { redactedContent: seal.value } }]
  if (seal || !isBlank(text)) dropped.add('reasoning')
  return []
}

function callBlock(part: ToolCallPart, { toolIds, dropped }: Encoding): Block {
  if (part.seal) dropped.add('reasoning')
  return {
    toolUse: { toolUseId: toolIds.idFor(part.id), name: wireName(part.name), input: inputOf(part) },
  }
}

/** A name as it may stand in a history. */
export function wireName(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64) || '_'
}

/** Bedrock takes objects only: what is none is put into one. */
function inputOf({ kind, arguments: text }: ToolCallPart): JsonObject {
  if (isBlank(text)) return {}
  const input = kind === 'function' ? parseJson(text) : undefined
  return isFields(input) ? input : { input: text }
}

function resultBlocks(part: ToolResultPart, encoding: Encoding): Block[] {
  const { traits, dropped, toolIds } = encoding
  const knowsStatus = traits.maker === 'anthropic' || traits.maker === 'amazon'
  if (part.isError && !knowsStatus) dropped.add('is_error')
  const content = part.content.flatMap((inner) => resultContent(inner, encoding))
  const mark = part.cache ?? part.content.findLast(({ cache }) => cache)?.cache
  return [
    {
      toolResult: {
        toolUseId: toolIds.idFor(part.callId),
        // A result without any content is refused.
        content: content.length > 0 ? content : [{ text: '(no output)' }],
        ...(knowsStatus && { status: part.isError ? 'error' : 'success' }),
      },
    },
    ...cachePoints(mark, encoding),
  ]
}

function resultContent(part: TextPart | MediaPart, encoding: Encoding): Block[] {
  if (part.type === 'audio') throw untranslatable('This provider takes no audio in the result of a tool.')
  if (part.type !== 'text') return [mediaBlock(part, encoding)]
  if (part.citations && part.citations.length > 0) encoding.dropped.add('citations')
  return isBlank(part.text) ? [] : [{ text: part.text }]
}
