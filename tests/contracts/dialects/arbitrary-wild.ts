import fc from 'fast-check'
import type { ChatCall, Part, TextPart, ToolResultPart, Turn } from '../../../src/core/chat/call.ts'
import { bytesOf, jsonArguments, name, sealedThought, words } from './arbitrary-text.ts'

/** Calls that no honest caller makes, but that other dialects can be read into. */

const someText = fc.oneof({ weight: 4, arbitrary: words }, fc.constant(''))
const text: fc.Arbitrary<TextPart> = someText.map((text) => ({ type: 'text', text }))
const id = fc.constantFrom('call_a', 'call_b', 'call_c')

const result: fc.Arbitrary<ToolResultPart> = fc
  .record({ callId: id, content: fc.array(text, { maxLength: 2 }), isError: fc.boolean() })
  .map((result) => ({ type: 'tool_result', kind: 'function', ...result }))

const call: fc.Arbitrary<Part> = fc
  .record({ id, name, arguments: jsonArguments })
  .map((call) => ({ type: 'tool_call', kind: 'function', ...call }))

const image: fc.Arbitrary<Part> = bytesOf('image/png').map((source) => ({ type: 'image', source }))
const thought: fc.Arbitrary<Part> = fc
  .oneof(
    someText.map((text) => ({ text })),
    sealedThought,
  )
  .map((thought) => ({ type: 'reasoning', ...thought }))
const refusal: fc.Arbitrary<Part> = words.map((text) => ({ type: 'refusal', text }))

const parts: Readonly<Record<Turn['role'], fc.Arbitrary<Part>>> = {
  user: fc.oneof(text, result, image),
  assistant: fc.oneof(text, call, thought, refusal),
  system: text,
}

const turn: fc.Arbitrary<Turn> = fc
  .constantFrom<Turn['role'][]>('user', 'assistant', 'system')
  .chain((role) => fc.array(parts[role], { maxLength: 4 }).map((parts) => ({ role, parts })))

export const wildCall: fc.Arbitrary<ChatCall> = fc
  .record({ system: fc.array(text, { maxLength: 2 }), turns: fc.array(turn, { maxLength: 6 }) })
  .map((said) => ({
    ...said,
    tools: [
      { kind: 'function', name: 'f', description: 'Finds.', schema: { type: 'object', properties: {} } },
    ],
    sampling: {},
    stop: [],
    answers: 1,
    stream: false,
    foreign: [],
  }))

/** All that was said in a call, and by which names tools were called. */
export function saidIn(call: ChatCall): string[] {
  const inParts = (parts: readonly Part[]): string[] =>
    parts.flatMap((part) => {
      if (part.type === 'text') return [part.text]
      if (part.type === 'tool_call') return [part.name]
      return part.type === 'tool_result' ? inParts(part.content) : []
    })
  return [...inParts(call.system), ...call.turns.flatMap(({ parts }) => inParts(parts))]
}
