import type { Call } from '../call.ts'
import { isObject, type Json } from '../json.ts'
import {
  choicesOf,
  messageOf,
  plainDelta,
  reasoningOf,
  uuidOf,
  type Flavour,
  type Problem,
} from './flavour.ts'

const problems: Readonly<Record<number, Omit<Problem, 'status'>>> = {
  400: { message: 'Failed to parse the request body as JSON', type: 'invalid_request_error' },
  401: { message: 'Authentication Fails, Your api key: ****-sim is invalid', type: 'authentication_error' },
  402: { message: 'Insufficient Balance', type: 'unknown_error' },
  404: { message: 'Model Not Exist', type: 'invalid_request_error' },
  429: { message: 'Rate limit reached for concurrent requests', type: 'rate_limit_error' },
  503: { message: 'Service is too busy. Please try again later.', type: 'service_unavailable_error' },
}

function headOf(call: Call, object: string): Json {
  return { id: uuidOf(call.index), object, created: call.created, model: call.model }
}

const systemFingerprint = 'fp_sim_prod0820_fp8_kvcache'

/** DeepSeek puts the other kind of text beside as null. */
function nullBeside(delta: Json): Json {
  return 'reasoning_content' in delta ? { content: null, ...delta } : delta
}

function usesDeveloper(body: Json): boolean {
  const messages: unknown[] = Array.isArray(body.messages) ? body.messages : []
  return messages.some((message) => isObject(message) && message.role === 'developer')
}

export const deepseek: Flavour = {
  sendsLength: false,
  keepAlives: 2,
  usageWithFinish: true,
  lastDelta: { content: '' },
  id: uuidOf,
  headers: (index) => ({
    'x-ds-trace-id': uuidOf(index).replaceAll('-', ''),
    'set-cookie': ['HWWAFSESID=simoperator; path=/', 'HWWAFSESTIME=1763900000000; path=/'],
    vary: 'origin, access-control-request-method, access-control-request-headers',
    server: 'CW',
  }),
  firstDelta: (call) =>
    call.tokens.reasoning > 0
      ? { role: 'assistant', content: null, reasoning_content: '' }
      : { role: 'assistant', content: '' },
  delta: (token) => nullBeside(plainDelta(token)),
  chunk: (call, { choices, usage }) => ({
    ...headOf(call, 'chat.completion.chunk'),
    system_fingerprint: systemFingerprint,
    choices,
    ...((usage ?? call.includeUsage) && { usage: usage ?? null }),
  }),
  completion: (call, usage) => ({
    ...headOf(call, 'chat.completion'),
    choices: choicesOf(call, { ...messageOf(call), ...reasoningOf(call) }),
    ...(usage && { usage }),
    system_fingerprint: systemFingerprint,
  }),
  usage: ({ prompt, completion, cached, reasoning }) => ({
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cached },
    ...(reasoning > 0 && { completion_tokens_details: { reasoning_tokens: reasoning } }),
    prompt_cache_hit_tokens: cached,
    prompt_cache_miss_tokens: prompt - cached,
  }),
  error: ({ status, ...problem }) => {
    const unknown = { message: 'Internal Server Error', type: 'internal_error' }
    const {
      message,
      type,
      param = null,
      code = 'invalid_request_error',
    } = {
      ...unknown,
      ...problems[status],
      ...problem,
    }
    return { error: { message, type, param, code } }
  },
  refuse: (body) =>
    usesDeveloper(body)
      ? {
          status: 400,
          message:
            'Failed to deserialize the JSON body into the target type: messages[0].role: unknown variant `developer`, expected one of `system`, `user`, `assistant`, `tool`',
        }
      : undefined,
}
