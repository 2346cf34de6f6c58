import { openai } from '../../providers/openai.ts'
import type { ChatCall } from '../../src/core/chat/call.ts'
import type { CallTarget } from '../../src/core/dialect.ts'
import { WeirError } from '../../src/core/errors.ts'
import { openaiChat } from '../../src/dialects/openai-chat/dialect.ts'
import { bytesOf, textOf } from './splits.ts'

/** A call that says nothing yet. */
export const blank: ChatCall = {
  system: [],
  turns: [],
  tools: [],
  sampling: {},
  stop: [],
  answers: 1,
  stream: false,
  foreign: [],
}

export const text = (text: string) => ({ type: 'text' as const, text })

export const target: CallTarget = {
  org: 'acme',
  upstreamModel: 'gpt-5.2',
  outputCap: 4096,
  quirks: openai.quirks,
}

/** The call that a request with these fields is. */
export function decode(fields: object): ChatCall {
  const body = bytesOf(JSON.stringify({ model: 'm', messages: [], ...fields }))
  return openaiChat.decodeCall(openaiChat.read({ body }))
}

export const decodeMessages = (...messages: object[]) => decode({ messages })

/** How a request with these fields is refused. */
export function refusalOf(fields: object) {
  try {
    decode(fields)
  } catch (error) {
    if (error instanceof WeirError) return { code: error.code, param: error.details.param }
    throw error
  }
  throw new Error('It was not refused.')
}

/** What goes up of a call, and what was dropped. */
export function encode(call: Partial<ChatCall>, to: Partial<CallTarget> = {}) {
  const { body, dropped } = openaiChat.encodeCall({ ...blank, ...call }, { ...target, ...to })
  return { body: JSON.parse(textOf(body)) as Record<string, unknown>, dropped }
}

export const encodeTurns = (...turns: ChatCall['turns']) => encode({ turns })
