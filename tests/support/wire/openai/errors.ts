import { dotted, typeName, type Fault } from '../fault.ts'
import { Refusal, type RefusalDetails } from '../refusal.ts'
import type { Scene } from '../scene.ts'
import { messageOf } from '../sse.ts'
import { jsonReply, type Call, type Reply } from '../vendor.ts'

const kinds: Record<number, string> = {
  429: 'requests',
  500: 'server_error',
  502: 'server_error',
  503: 'service_unavailable_error',
}

const codes: Record<number, string> = {
  401: 'invalid_api_key',
  404: 'model_not_found',
  429: 'rate_limit_exceeded',
}

/** An error as all of its APIs have it. */
export function errorObject(status: number, message: string, { kind, code, param }: RefusalDetails = {}) {
  return {
    message,
    type: kind ?? kinds[status] ?? 'invalid_request_error',
    param: param ?? null,
    code: code ?? codes[status] ?? null,
  }
}

/** A scene's error. */
export function sceneError(error: NonNullable<Scene['error']>) {
  return errorObject(error.status, messageOf(error), { kind: error.kind ?? 'server_error' })
}

export function idHeaders({ index }: Call): Record<string, string> {
  return {
    'x-request-id': `req_${String(index).padStart(6, '0')}`,
    'openai-organization': 'org-of-the-operator',
    'x-ratelimit-remaining-requests': '99',
  }
}

/** The answer to a request that is not served. */
export function refuse({ status, message, details }: Refusal, call: Call): Reply {
  const error = errorObject(
    status,
    message || 'The server had an error while processing your request.',
    details,
  )
  const wait: Record<string, string> = status === 429 ? { 'retry-after': '1' } : {}
  return jsonReply({ error }, { ...idHeaders(call), ...wait }, status)
}

export function checkKey({ request: { headers }, options }: Call): void {
  const given = headers.authorization?.match(/^Bearer (.+)$/)?.[1]
  if (given === undefined)
    throw new Refusal(401, "You didn't provide an API key.", { code: 'invalid_api_key' })
  if (options.key !== undefined && given !== options.key) {
    throw new Refusal(401, `Incorrect API key provided: ${given}.`, { code: 'invalid_api_key' })
  }
}

type Words = readonly [message: string, code: string]

const types: Record<string, string> = {
  int: 'an integer',
  array: 'an array',
  object: 'an object',
  record: 'an object',
}

function wordsOf(fault: Fault, param: string): Words {
  const { why, expected, value, message } = fault
  if (why === 'unknown') return [`Unknown parameter: '${param}'.`, 'unknown_parameter']
  if (why === 'missing') return [`Missing required parameter: '${param}'.`, 'missing_required_parameter']
  if (why === 'value') {
    return [`Invalid value: '${String(value)}'. Supported values are: ${expected}.`, 'invalid_value']
  }
  const type = types[expected] ?? `a ${expected}`
  if (why === 'type') {
    return [
      `Invalid type for '${param}': expected ${type}, but got ${typeName(value)} instead.`,
      'invalid_type',
    ]
  }
  return [`Invalid '${param}': ${message}`, 'invalid_value']
}

/** What the vendor says of a body that it cannot read. */
export function refusalOf(fault: Fault): Refusal {
  const param = dotted(fault.path)
  const [message, code] = wordsOf(fault, param)
  return new Refusal(400, message, { param, code })
}
