import type { Call } from '../call.ts'
import type { Json } from '../json.ts'
import type { Token } from '../content.ts'
import {
  choicesOf,
  messageOf,
  plainDelta,
  reasoningOf,
  uuidOf,
  type Flavour,
  type Problem,
} from './flavour.ts'

const help = 'For details, see: https://help.aliyun.com/zh/model-studio/error-code'

const problems: Readonly<Record<number, Omit<Problem, 'status'>>> = {
  400: {
    message: 'Required body invalid, please check the request body format.',
    type: 'invalid_request_error',
  },
  401: {
    message: `Incorrect API key provided. ${help}#apikey-error`,
    type: 'invalid_request_error',
    code: 'invalid_api_key',
  },
  404: {
    message: `The model does not exist. ${help}`,
    type: 'invalid_request_error',
    code: 'model_not_found',
  },
  429: {
    message: `You have exceeded your current request limit. ${help}#rate-limit`,
    type: 'limit_requests',
    code: 'limit_requests',
  },
  503: {
    message: 'Service unavailable, please try later.',
    type: 'service_unavailable',
    code: 'ServiceUnavailable',
  },
}

function idOf(index: number): string {
  return `chatcmpl-${uuidOf(index)}`
}

/** The fields that come last at DashScope. */
function tail(call: Call): Json {
  return {
    created: call.created,
    system_fingerprint: '',
    model: call.model,
    id: idOf(call.index),
  }
}

/** Argument deltas repeat the type and carry an empty id. */
function delta(token: Token): Json {
  if (token.kind === 'reasoning') return { content: null, reasoning_content: token.text }
  if (token.kind !== 'arguments') return plainDelta(token)
  const called = { index: token.call, id: '', type: 'function', function: { arguments: token.text } }
  return { content: null, tool_calls: [called] }
}

function cacheDetails(cached: number, cacheWrite: number): Json {
  if (cacheWrite === 0) return { cached_tokens: cached }
  return {
    cached_tokens: cached,
    cache_creation: { ephemeral_5m_input_tokens: cacheWrite },
    cache_creation_input_tokens: cacheWrite,
    cache_type: 'ephemeral',
  }
}

export const alibaba: Flavour = {
  sendsLength: true,
  keepAlives: 0,
  usageWithFinish: false,
  errorEvent: 'error',
  lastDelta: {},
  id: idOf,
  headers: (index) => ({
    'x-request-id': uuidOf(index),
    'x-dashscope-call-gateway': 'true',
    'req-cost-time': '412',
    'req-arrive-time': '1763900000000',
    'resp-start-time': '1763900000412',
    'x-envoy-upstream-service-time': '411',
    'set-cookie': ['acw_tc=sim-operator;path=/;HttpOnly;Max-Age=1800'],
    server: 'istio-envoy',
  }),
  firstDelta: (call) => ({
    content: call.content.finish === 'tool_calls' || call.tokens.reasoning > 0 ? null : '',
    ...(call.tokens.reasoning > 0 && { reasoning_content: '' }),
    role: 'assistant',
  }),
  delta,
  chunk: (call, { choices, usage }) => ({
    choices,
    object: 'chat.completion.chunk',
    usage: usage ?? null,
    ...tail(call),
  }),
  completion: (call, usage) => ({
    choices: choicesOf(call, { ...messageOf(call), ...reasoningOf(call) }),
    object: 'chat.completion',
    ...(usage && { usage }),
    ...tail(call),
  }),
  usage: ({ prompt, completion, cached, cacheWrite, reasoning }) => ({
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    ...(reasoning > 0 && { completion_tokens_details: { reasoning_tokens: reasoning } }),
    prompt_tokens_details: cacheDetails(cached, cacheWrite),
  }),
  error: ({ status, ...problem }, index) => {
    const unknown = { message: 'Internal server error', type: 'internal_error', code: 'internal_error' }
    const { message, type, param = null, code } = { ...unknown, ...problems[status], ...problem }
    return { error: { message, type, param, code }, request_id: uuidOf(index) }
  },
  refuse: (body) => {
    const message = 'parameter.enable_thinking must be set to false for non-streaming calls'
    const open = typeof body.model === 'string' && /^qwen3-\d/.test(body.model)
    const thinks = open && body.stream !== true && body.enable_thinking !== false
    return thinks ? { status: 400, message, code: 'invalid_parameter_error' } : undefined
  },
}
