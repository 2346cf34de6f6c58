import type { Call } from '../call.ts'
import { isObject, type Json } from '../json.ts'
import { choicesOf, messageOf, plainDelta, type Flavour, type Problem } from './flavour.ts'

const padding = 'q7Zr2LxVb9TnKd4Hs'
const systemFingerprint = 'fp_sim0weir01'

const serverError = {
  message: 'The server had an error while processing your request. Sorry about that!',
  type: 'server_error',
  code: null,
}

const problems: Readonly<Record<number, Omit<Problem, 'status'>>> = {
  400: {
    message: 'We could not parse the JSON body of your request.',
    type: 'invalid_request_error',
    code: null,
  },
  401: {
    message:
      'Incorrect API key provided: sk-****. You can find your API key at https://platform.openai.com/account/api-keys.',
    type: 'invalid_request_error',
    code: 'invalid_api_key',
  },
  403: {
    message: 'Country, region, or territory not supported',
    type: 'request_forbidden',
    code: 'unsupported_country_region_territory',
  },
  404: {
    message: 'The model does not exist or you do not have access to it.',
    type: 'invalid_request_error',
    code: 'model_not_found',
  },
  429: {
    message:
      'Rate limit reached for requests per min (RPM): Limit 500, Used 500, Requested 1. Please try again in 120ms.',
    type: 'requests',
    code: 'rate_limit_exceeded',
  },
  503: {
    message: 'The engine is currently overloaded, please try again later',
    type: 'server_error',
    code: null,
  },
}

/** It answers with the dated snapshot that served. */
function snapshotOf(model: string): string {
  return /\d{4}-\d{2}-\d{2}$/.test(model) ? model : `${model}-2025-12-11`
}

function obfuscated(call: Call, at: number): Json {
  const { stream_options: options } = call.body
  if (isObject(options) && options.include_obfuscation === false) return {}
  return { obfuscation: padding.slice(0, 1 + ((at * 7) % padding.length)) }
}

function idOf(index: number): string {
  return `chatcmpl-SIM${String(index).padStart(26, '0')}`
}

function headOf(call: Call, object: string): Json {
  return {
    id: idOf(call.index),
    object,
    created: call.created,
    model: snapshotOf(call.model),
  }
}

function tail(call: Call): Json {
  const tier = call.body.service_tier
  return {
    service_tier: typeof tier === 'string' && tier !== 'auto' ? tier : 'default',
    system_fingerprint: systemFingerprint,
  }
}

export const openai: Flavour = {
  sendsLength: false,
  keepAlives: 0,
  usageWithFinish: false,
  lastDelta: {},
  id: idOf,
  headers: (index) => ({
    'x-request-id': `req_sim${String(index).padStart(29, '0')}`,
    'openai-organization': 'org-operator-secret',
    'openai-project': 'proj_operator_secret',
    'openai-processing-ms': '42',
    'openai-version': '2020-10-01',
    'x-ratelimit-limit-requests': '10000',
    'x-ratelimit-limit-tokens': '2000000',
    'x-ratelimit-remaining-requests': '9999',
    'x-ratelimit-remaining-tokens': '1999000',
    'x-ratelimit-reset-requests': '6ms',
    'x-ratelimit-reset-tokens': '30ms',
    'set-cookie': [
      '__cf_bm=sim.operator; path=/; HttpOnly; Secure',
      '_cfuvid=sim.operator; path=/; HttpOnly',
    ],
    'cf-ray': '9a0000000000sim0-FRA',
    server: 'cloudflare',
  }),
  firstDelta: (call) => ({
    role: 'assistant',
    content: call.content.finish === 'tool_calls' ? null : '',
    refusal: null,
  }),
  delta: (token) => (token.kind === 'reasoning' ? undefined : plainDelta(token)),
  chunk: (call, { choices, usage, at }) => ({
    ...headOf(call, 'chat.completion.chunk'),
    ...tail(call),
    choices,
    ...(call.includeUsage && { usage: usage ?? null }),
    ...obfuscated(call, at),
  }),
  completion: (call, usage) => ({
    ...headOf(call, 'chat.completion'),
    choices: choicesOf(call, { ...messageOf(call), refusal: null, annotations: [] }),
    ...(usage && { usage }),
    ...tail(call),
  }),
  usage: ({ prompt, completion, cached, cacheWrite, reasoning }) => ({
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: cached,
      ...(cacheWrite > 0 && { cache_write_tokens: cacheWrite }),
      audio_tokens: 0,
    },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }),
  error: ({ status, ...problem }) => {
    const { message, type, param = null, code } = { ...serverError, ...problems[status], ...problem }
    return { error: { message, type, param, code } }
  },
  refuse: (body) =>
    typeof body.model === 'string' && /^(o\d|gpt-5)/.test(body.model) && body.max_tokens !== undefined
      ? {
          status: 400,
          message:
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
          code: 'unsupported_parameter',
          param: 'max_tokens',
        }
      : undefined,
}
