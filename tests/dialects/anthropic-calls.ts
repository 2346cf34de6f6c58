import type { ChatCall, Part, Turn } from '../../src/core/chat/call.ts'
import { WeirError } from '../../src/core/errors.ts'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/dialect.ts'
import { read, target } from './anthropic-events.ts'
import { textOf } from './splits.ts'

/** The shortest call. */
export const plain: ChatCall = {
  system: [],
  turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
  tools: [],
  sampling: {},
  stop: [],
  outputCap: 500,
  answers: 1,
  stream: false,
  foreign: [],
}

interface Aim {
  readonly model?: string
  readonly cap?: number
}

/** What goes up of a call, and what not. */
export function encode(call: Partial<ChatCall> = {}, { model, cap }: Aim = {}) {
  const { body, dropped } = anthropicMessages.encodeCall({ ...plain, ...call }, target(model, cap))
  return { body: JSON.parse(textOf(body)) as Record<string, unknown>, dropped }
}

export const user = (...parts: Part[]): Turn => ({ role: 'user', parts })
export const assistant = (...parts: Part[]): Turn => ({ role: 'assistant', parts })
export const said = (text: string): Part => ({ type: 'text', text })
export const toolCall = (id: string): Part => ({
  type: 'tool_call',
  id,
  name: 'f',
  arguments: '{"a":1}',
  kind: 'function',
})
export const toolResult = (callId: string, text = 'done'): Part => ({
  type: 'tool_result',
  callId,
  content: text === '' ? [] : [{ type: 'text', text }],
  isError: false,
  kind: 'function',
})

export const decode = (fields: object = {}) => anthropicMessages.decodeCall(read(fields))
/** The parts of a single message. */
export const partsOf = (content: unknown, role = 'user') =>
  decode({ messages: [{ role, content }] }).turns[0]?.parts

/** Why a request is refused when it is read, or read whole. */
export function refusalOf(fields: object): WeirError {
  try {
    decode(fields)
  } catch (error) {
    if (error instanceof WeirError) return error
    throw error
  }
  throw new Error('It was not refused.')
}
