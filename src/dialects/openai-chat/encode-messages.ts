import type {
  ChatCall,
  MediaPart,
  Part,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  Turn,
} from '../../core/chat/call.ts'
import { encodeContent, noteLostMark, textOf, untranslatable, type Writing } from './encode-parts.ts'
import { printCall } from './tool-calls.ts'

/** A message as it goes up. */
type Message = Readonly<Record<string, unknown>>

/** Each system prompt is a message of its own; what the model said in one go is one. */
export function encodeMessages({ system, turns }: ChatCall, writing: Writing): Message[] {
  return [
    ...system
      .filter(({ text }) => text !== '')
      .map((part) => ({ role: 'system', content: encodeContent([part], writing) })),
    ...joinTurns(turns.flatMap((turn) => sayable(turn, writing))).flatMap((turn) => encodeTurn(turn, writing)),
  ]
}

/**
 * What is left of a turn, if anything. Thoughts go to nobody but their maker, who is none that speaks like this; a seal alone is
 * worth nothing to others.
 */
function sayable(turn: Turn, { dropped }: Writing): Turn[] {
  const parts = turn.parts.filter((part) => {
    if (part.type === 'reasoning' && part.text !== '') dropped.add('reasoning')
    return part.type !== 'reasoning' && !('text' in part && part.text === '')
  })
  return parts.length > 0 ? [{ ...turn, parts }] : []
}

/**
 * Turns of the model that follow each other become one, and turns of the user as far as results of tools are among them: the
 * results must follow their calls before anything else.
 */
function joinTurns(turns: readonly Turn[]): Turn[] {
  const joined: Turn[] = []
  for (const turn of turns) {
    const last = joined.at(-1)
    if (last && joins(last, turn))
      joined[joined.length - 1] = { ...last, parts: [...last.parts, ...turn.parts] }
    else joined.push(turn)
  }
  return joined
}

function joins(last: Turn, next: Turn): boolean {
  if (last.role !== next.role) return false
  if (last.role === 'user') return next.parts.some(isResult)
  return last.role === 'assistant' && last.name === next.name
}

function encodeTurn(turn: Turn, writing: Writing): Message[] {
  const name = turn.name === undefined ? {} : { name: turn.name }
  if (turn.role === 'assistant') return encodeAssistant(turn.parts, name, writing)
  const results = turn.parts.filter(isResult)
  const moved = results.flatMap((result) => result.content.filter((part) => part.type !== 'text'))
  const said = turn.parts.filter((part) => isContent(part, writing))
  const content = encodeContent([...moved, ...said], writing)
  return [
    ...results.map((result) => encodeResult(result, writing)),
    ...(content.length > 0 ? [{ role: turn.role, content, ...name }] : []),
  ]
}

function isResult(part: Part): part is ToolResultPart {
  return part.type === 'tool_result'
}

/** What the model alone can say has no place in other turns. */
function isContent(part: Part, { dropped }: Writing): part is TextPart | MediaPart {
  if (part.type === 'tool_call' || part.type === 'refusal') {
    dropped.add(part.type)
    return false
  }
  return part.type !== 'tool_result' && part.type !== 'reasoning'
}

/** A result holds text alone: its media go into the message after all results. */
function encodeResult(result: ToolResultPart, writing: Writing): Message {
  const { callId, content, isError, cache } = result
  if (isError) writing.dropped.add('is_error')
  noteLostMark(cache, writing)
  const texts = content.filter((part) => part.type === 'text' && part.text !== '') as TextPart[]
  const last = texts.at(-1)
  // A mark behind the result is one behind its last text.
  const marked = cache && last ? [...texts.slice(0, -1), { ...last, cache }] : texts
  const isMoved = texts.length === 0 && content.some((part) => part.type !== 'text')
  return {
    role: 'tool',
    tool_call_id: callId,
    content: isMoved ? 'The result is in the next message.' : encodeContent(marked, writing),
  }
}

function encodeAssistant(parts: readonly Part[], name: object, writing: Writing): Message[] {
  for (const part of parts) noteUnsaid(part, writing)
  const text = textOf(parts, '')
  const refusal = parts.flatMap((part) => (part.type === 'refusal' ? part.text : [])).join('')
  const calls = parts.filter((part) => part.type === 'tool_call').map(encodeToolCall)
  return [
    {
      role: 'assistant',
      content: text === '' ? null : text,
      ...(refusal !== '' && { refusal }),
      ...(calls.length > 0 && { tool_calls: calls }),
      ...name,
    },
  ]
}

function noteUnsaid(part: Part, { dropped }: Writing): void {
  switch (part.type) {
    case 'text':
      if (part.citations?.length) dropped.add('citations')
      if (part.cache) dropped.add('cache_control')
      return
    case 'tool_call':
      if (part.cache) dropped.add('cache_control')
      return
    case 'refusal':
    case 'reasoning':
      return
    case 'tool_result':
      throw untranslatable('The result of a tool cannot be in a turn of the assistant.')
    default:
      throw untranslatable(`A turn of the assistant cannot hold ${part.type}: send it in a turn of the user.`)
  }
}

/** Without its seal: that would only be worth something to Google. */
function encodeToolCall({ id, kind, name, arguments: text }: ToolCallPart): object {
  return printCall({ id, kind, name, text })
}
