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

/** Each system prompt is a message of its own. */
export function encodeMessages({ system, turns }: ChatCall, writing: Writing): Message[] {
  return [
    ...system
      .filter(({ text }) => text !== '')
      .map((part) => ({ role: 'system', content: encodeContent([part], writing) })),
    ...runsOf(turns.flatMap((turn) => sayable(turn, writing))).flatMap((run) => encodeRun(run, writing)),
  ]
}

/** What is left of a turn, if anything. Thoughts go to those who take them as text; a seal alone is worth nothing to them. */
function sayable(turn: Turn, { dropped, thoughtField }: Writing): Turn[] {
  const parts = turn.parts.filter((part) => {
    if ('text' in part && part.text === '') return false
    if (part.type !== 'reasoning' || thoughtField !== undefined) return true
    dropped.add('reasoning')
    return false
  })
  return parts.some((part) => part.type !== 'reasoning') ? [{ ...turn, parts }] : []
}

/** Turns that follow each other in one role: what the model said in several is one message. */
function runsOf(turns: readonly Turn[]): Turn[][] {
  const runs: Turn[][] = []
  for (const turn of turns) {
    const run = runs.at(-1)
    const last = run?.at(-1)
    const goesOn = last?.role === turn.role && (turn.role !== 'assistant' || last.name === turn.name)
    if (goesOn) run?.push(turn)
    else runs.push([turn])
  }
  return runs
}

/** The results of tools must follow their calls before anything else. */
function encodeRun(run: readonly Turn[], writing: Writing): Message[] {
  const parts = run.flatMap((turn) => turn.parts)
  const [first] = run
  if (first?.role === 'assistant') return [encodeAssistant(parts, nameOf(first), writing)]
  const results = parts.filter(isResult)
  const moved = results.flatMap((result) => result.content.filter((part) => part.type !== 'text'))
  return [
    ...results.map((result) => encodeResult(result, writing)),
    ...encodeSaid({ role: 'user', parts: moved }, writing),
    ...run.flatMap((turn) => encodeSaid(turn, writing)),
  ]
}

function encodeSaid(turn: Turn, writing: Writing): Message[] {
  const said = turn.parts.filter((part) => isContent(part, writing))
  const content = encodeContent(said, writing)
  return content.length > 0 ? [{ role: turn.role, content, ...nameOf(turn) }] : []
}

function nameOf({ name }: Turn) {
  return name === undefined ? {} : { name }
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

/** A result holds text alone: its media go into a message after all results. */
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

function encodeAssistant(parts: readonly Part[], name: object, writing: Writing): Message {
  for (const part of parts) noteUnsaid(part, writing)
  const text = textOf(parts, '')
  const thought = parts.flatMap((part) => (part.type === 'reasoning' ? part.text : [])).join('')
  const refusal = parts.flatMap((part) => (part.type === 'refusal' ? part.text : [])).join('')
  const calls = parts.filter((part) => part.type === 'tool_call').map(encodeToolCall)
  return {
    role: 'assistant',
    ...(writing.thoughtField !== undefined && thought !== '' && { [writing.thoughtField]: thought }),
    content: text === '' ? null : text,
    ...(refusal !== '' && { refusal }),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...name,
  }
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
