import { isFields, utf8Length } from '../fields.ts'

/** Bytes of the text that a message, or a delta of one, generates: answer, reasoning, refusal, and the calls of tools. */
export function outputBytesOf(message: unknown): number {
  if (!isFields(message)) return 0
  let bytes = 0
  for (const name of ['content', 'reasoning_content', 'reasoning', 'refusal'])
    bytes += utf8Length(message[name])
  const calls = message['tool_calls']
  if (Array.isArray(calls)) for (const call of calls) bytes += callBytes(call)
  return bytes + callBytes({ function: message['function_call'] })
}

function callBytes(call: unknown): number {
  if (!isFields(call)) return 0
  const named = call['function'] ?? call['custom']
  if (!isFields(named)) return 0
  return utf8Length(named['name']) + utf8Length(named['arguments']) + utf8Length(named['input'])
}
