import type {
  ContentBlockParam,
  TextBlockParam,
  ToolResultBlockParam,
} from '@anthropic-ai/sdk/resources/messages'
import type { Part, ReasoningPart, TextPart, ToolCallPart, ToolResultPart } from '../../core/chat/call.ts'
import { printPlace } from './citations.ts'
import { encodeContent } from './encode-media.ts'
import { cannotTranslate, type Encoding } from './encoding.ts'
import { thoughtBlock } from './seals.ts'
import { inputOf, toolId } from './tool-input.ts'

/** Blocks of what the user said: the results of tools go first. */
export function encodeUser(parts: readonly Part[], encoding: Encoding): ContentBlockParam[] {
  const results = parts.filter((part) => part.type === 'tool_result')
  const others = parts.filter((part) => part.type !== 'tool_result')
  return [
    ...results.map((part) => encodeResult(part, encoding)),
    ...others.flatMap((part) => encodeUserPart(part, encoding)),
  ]
}

function encodeUserPart(part: Exclude<Part, ToolResultPart>, encoding: Encoding): ContentBlockParam[] {
  if (part.type === 'refusal') return plainText(part.text)
  if (part.type === 'reasoning' || part.type === 'tool_call')
    throw cannotTranslate('Only an assistant can think and call tools.')
  return listed(encodeContent(part, encoding))
}

function encodeResult(part: ToolResultPart, encoding: Encoding): ToolResultBlockParam {
  const content = part.content.flatMap((item) => listed(encodeContent(item, encoding)))
  return {
    type: 'tool_result',
    tool_use_id: toolId(part.callId),
    ...(content.length > 0 && { content: asText(content) ?? content }),
    ...(part.isError && { is_error: true }),
    ...encoding.mark(part.cache),
  }
}

/** A single text without a mark may be told plainly, which others who speak this dialect know best. */
function asText(content: readonly { readonly type: string }[]): string | undefined {
  const [only] = content
  if (content.length !== 1 || !only || 'cache_control' in only) return undefined
  return 'text' in only && typeof only.text === 'string' ? only.text : undefined
}

/** Blocks of what the assistant said, thought and called. */
export function encodeAssistant(parts: readonly Part[], encoding: Encoding): ContentBlockParam[] {
  return parts.flatMap((part) => encodeAssistantPart(part, encoding))
}

function encodeAssistantPart(part: Part, encoding: Encoding): ContentBlockParam[] {
  switch (part.type) {
    case 'text':
      return listed(encodeSaid(part, encoding))
    case 'refusal':
      return plainText(part.text)
    case 'reasoning':
      return encodeThought(part, encoding)
    case 'tool_call':
      return [encodeCallPart(part, encoding)]
    default:
      throw cannotTranslate(
        `This provider takes no ${part.type} in an assistant's turn: send it in a user's.`,
      )
  }
}

function encodeSaid(part: TextPart, encoding: Encoding): TextBlockParam | undefined {
  const block = part.text.trim() === '' ? undefined : { type: 'text' as const, text: part.text }
  if (!block) return undefined
  const places = part.citations?.filter((citation) => citation.type === 'document') ?? []
  // The address of a page comes with an index that only its provider can make.
  encoding.drop('citations', places.length < (part.citations?.length ?? 0))
  const citations = places.map(printPlace)
  return { ...block, ...(citations.length > 0 && { citations }), ...encoding.mark(part.cache) }
}

/** A thought goes back only to whoever sealed it. */
function encodeThought({ text, seal }: ReasoningPart, encoding: Encoding): ContentBlockParam[] {
  if (seal?.by === 'anthropic') return [thoughtBlock(text, seal)]
  encoding.dropped.add('reasoning')
  return []
}

function encodeCallPart(part: ToolCallPart, encoding: Encoding): ContentBlockParam {
  encoding.drop('reasoning', part.seal !== undefined)
  const { id, name, cache } = part
  return { type: 'tool_use', id: toolId(id), name, input: inputOf(part), ...encoding.mark(cache) }
}

function plainText(text: string): TextBlockParam[] {
  return text.trim() === '' ? [] : [{ type: 'text', text }]
}

function listed<T>(item: T | undefined): T[] {
  return item === undefined ? [] : [item]
}
