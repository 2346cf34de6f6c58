import type { Call } from '../call.ts'
import type { Json } from '../json.ts'
import { choicesOf, messageOf, plainDelta, reasoningOf, type Flavour } from './flavour.ts'

function idOf(index: number): string {
  return `chatcmpl-sim-${index}`
}

function headOf(call: Call, object: string): Json {
  return { id: idOf(call.index), object, created: call.created, model: call.model }
}

/** A plain third party: no field more than it needs, numbers as error codes. */
export const generic: Flavour = {
  sendsLength: true,
  keepAlives: 0,
  usageWithFinish: false,
  lastDelta: {},
  id: idOf,
  headers: () => ({ server: 'uvicorn' }),
  firstDelta: () => ({ role: 'assistant', content: '' }),
  delta: plainDelta,
  chunk: (call, { choices, usage }) => ({
    ...headOf(call, 'chat.completion.chunk'),
    choices,
    ...(usage && { usage }),
  }),
  completion: (call, usage) => ({
    ...headOf(call, 'chat.completion'),
    choices: choicesOf(call, { ...messageOf(call), ...reasoningOf(call) }),
    ...(usage && { usage }),
  }),
  usage: ({ prompt, completion, cached }) => ({
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    ...(cached > 0 && { prompt_tokens_details: { cached_tokens: cached } }),
  }),
  error: ({ status, message = `Request failed with status ${status}`, type = 'Error', param = null }) => ({
    error: { message, type, param, code: status },
  }),
  refuse: () => undefined,
}
