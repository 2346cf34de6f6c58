import type { Finish } from '../../core/chat/answer.ts'

/** A reason that is there, and is more than the word for none. */
export function reasonOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && !value.endsWith('_UNSPECIFIED') ? value : undefined
}

/** What Google's reasons mean. Of those that are not here nothing more is known than that the answer ended. */
const finishOfReason: Readonly<Record<string, Finish>> = {
  MAX_TOKENS: 'length',
  // It may be continued by a token, but by Google's own clients only.
  CONTINUATION: 'length',
  SAFETY: 'content_filter',
  RECITATION: 'content_filter',
  BLOCKLIST: 'content_filter',
  PROHIBITED_CONTENT: 'content_filter',
  SPII: 'content_filter',
  IMAGE_SAFETY: 'content_filter',
  IMAGE_PROHIBITED_CONTENT: 'content_filter',
  IMAGE_RECITATION: 'content_filter',
  MALFORMED_FUNCTION_CALL: 'error',
  UNEXPECTED_TOOL_CALL: 'error',
  TOO_MANY_TOOL_CALLS: 'error',
  MALFORMED_RESPONSE: 'error',
}

/** An answer that calls a tool stops like any other. */
export function finishOf(reason: string, calledTool: boolean): Finish {
  const finish = Object.hasOwn(finishOfReason, reason) ? finishOfReason[reason] : undefined
  return finish ?? (calledTool ? 'tool_calls' : 'stop')
}

const reasonOfFinish: Readonly<Record<Finish, string>> = {
  stop: 'STOP',
  stop_sequence: 'STOP',
  tool_calls: 'STOP',
  length: 'MAX_TOKENS',
  content_filter: 'SAFETY',
  pause: 'CONTINUATION',
  error: 'MALFORMED_RESPONSE',
}

export function printFinish(finish: Finish): string {
  return reasonOfFinish[finish]
}
