import type {
  ResponseInputContent,
  ResponseInputItem,
  ResponseOutputRefusal,
  ResponseOutputText,
  ResponseReasoningItem,
} from 'openai/resources/responses/responses'
import type {
  Part,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  Turn,
} from '../../core/chat/call.ts'
import { WeirError } from '../../core/errors.ts'
import { encodeInputPart, encodeOutputPart, type Writing } from './encode-parts.ts'
import { said } from '../said.ts'

/** Items need no id, as no provider keeps them. */
type Item =
  | ResponseInputItem
  | { role: 'assistant'; content: (ResponseOutputText | ResponseOutputRefusal)[] }
  | (Omit<ResponseReasoningItem, 'id'> & { id?: string })

/** The turns as items, in order: what is said between calls and results is a message each time. */
export function encodeTurns(turns: readonly Turn[], writing: Writing): Item[] {
  return turns.flatMap((turn) => {
    if (turn.name !== undefined) writing.dropped.add('name')
    return groupsOf(turn.parts).map((parts) => encodeGroup(turn, parts, writing))
  })
}

export function encodeSystem(part: TextPart, writing: Writing): Item {
  return { role: 'system', content: [encodeInputPart(part, writing)] }
}

const spoken: ReadonlySet<Part['type']> = new Set(['text', 'refusal', 'image', 'document', 'audio', 'video'])

/** Neighbours that make up one message, and each other part by itself. */
function groupsOf(parts: readonly Part[]): Part[][] {
  const groups: Part[][] = []
  for (const part of parts) {
    const last = groups.at(-1)
    const goesOn = last?.[0] && spoken.has(last[0].type) && spoken.has(part.type)
    if (last && goesOn) last.push(part)
    else groups.push([part])
  }
  return groups.filter(([part]) => part && !isForeignThought(part))
}

function encodeGroup({ role }: Turn, parts: readonly Part[], writing: Writing): Item {
  const [part] = parts
  if (part?.type === 'tool_call') return encodeCall(part, writing)
  if (part?.type === 'tool_result') return encodeResult(part, writing)
  if (part?.type === 'reasoning') return encodeThought(part)
  if (role === 'assistant') return { role, content: parts.map((said) => encodeAnswerPart(said, writing)) }
  return { role, content: parts.map((said) => encodeAskedPart(said, writing)) }
}

function encodeAnswerPart(part: Part, writing: Writing): ResponseOutputText | ResponseOutputRefusal {
  if (part.type === 'text' || part.type === 'refusal') return encodeOutputPart(part, writing)
  throw new WeirError(
    'cannot_translate',
    `The provider of this model takes no ${part.type} as the model's own words: put it into a turn of the user.`,
  )
}

function encodeAskedPart(part: Part, writing: Writing): ResponseInputContent {
  switch (part.type) {
    case 'refusal':
      return encodeInputPart({ type: 'text', text: part.text }, writing)
    case 'tool_call':
    case 'tool_result':
    case 'reasoning':
      throw new Error('It is an item of its own.')
    default:
      return encodeInputPart(part, writing)
  }
}

function encodeCall({ kind, id, name, arguments: input, cache, seal }: ToolCallPart, writing: Writing): Item {
  if (cache) writing.dropped.add('cache_control')
  if (seal) writing.dropped.add('reasoning')
  if (kind === 'custom') return { type: 'custom_tool_call', call_id: id, name, input }
  return { type: 'function_call', call_id: id, name, arguments: input }
}

function encodeResult({ kind, callId, content, isError, cache }: ToolResultPart, writing: Writing): Item {
  if (isError) writing.dropped.add('is_error')
  const last = content.at(-1)
  // A mark behind the result is one behind the last of it.
  const marked = cache && last ? [...content.slice(0, -1), { ...last, cache }] : content
  const type = kind === 'custom' ? 'custom_tool_call_output' : 'function_call_output'
  return { type, call_id: callId, output: encodeOutput(marked, writing) }
}

/** A text by itself is no list, where it bears no mark: not every provider takes one. */
function encodeOutput(content: ToolResultPart['content'], writing: Writing): string | ResponseInputContent[] {
  const parts = content.map((part) => encodeInputPart(part, writing))
  const [only] = parts
  if (!only) return ''
  const isPlain = parts.length === 1 && only.type === 'input_text' && !only.prompt_cache_breakpoint
  return isPlain ? only.text : parts
}

/** OpenAI takes thought back only under its own seal. */
export function isForeignThought(part: Part): boolean {
  return part.type === 'reasoning' && part.seal?.by !== 'openai'
}

function encodeThought({ text, seal }: ReasoningPart): Item {
  const summary = text === '' ? [] : [{ type: 'summary_text' as const, text }]
  return { type: 'reasoning', ...said({ id: seal?.id }), summary, encrypted_content: seal?.value ?? null }
}
