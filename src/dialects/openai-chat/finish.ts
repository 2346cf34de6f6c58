import type { Finish } from '../../core/chat/answer.ts'

/** What OpenAI's words mean, and those of the vendors that have more. */
const finishes: ReadonlyMap<unknown, Finish> = new Map<string, Finish>([
  ['stop', 'stop'],
  ['length', 'length'],
  ['tool_calls', 'tool_calls'],
  ['function_call', 'tool_calls'],
  ['content_filter', 'content_filter'],
  ['sensitive', 'content_filter'],
  ['model_context_window_exceeded', 'length'],
  ['max_tokens', 'length'],
  ['network_error', 'error'],
  ['insufficient_system_resource', 'error'],
  ['aborted', 'error'],
  ['error', 'error'],
])

/** A word that nobody knows, or none, is a plain end. Some vendors say no more than that of an answer that calls tools. */
export function decodeFinish(reason: unknown, callsTools: boolean): Finish {
  const finish = finishes.get(reason) ?? 'stop'
  return finish === 'stop' && callsTools ? 'tool_calls' : finish
}

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'function_call'

const reasons: Readonly<Record<Finish, FinishReason>> = {
  stop: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  content_filter: 'content_filter',
  pause: 'stop',
  error: 'stop',
}

/** What an answer calls: tools, or a function under the old name. */
export interface Calls {
  readonly any: boolean
  readonly old: boolean
}

export function encodeFinish(finish: Finish, calls: Calls): FinishReason {
  const reason = reasons[finish]
  const wanted = reason === 'stop' && calls.any ? 'tool_calls' : reason
  return wanted === 'tool_calls' && calls.old ? 'function_call' : wanted
}
