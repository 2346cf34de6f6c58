import type { z } from 'zod'
import { countInput, play } from '../act.ts'
import { readStrictly } from '../fault.ts'
import { obey, Refusal } from '../refusal.ts'
import { jsonReply, type Call, type Reply, type Vendor } from '../vendor.ts'
import { messageStream, wholeMessage } from './answer.ts'
import { errorObject, refusalOf } from './errors.ts'
import { fieldRules, sharedRules, versionRules } from './field-rules.ts'
import { countSchema, messageSchema } from './request.ts'
import { thoughtsAreIssued, turnRules } from './turn-rules.ts'

const versions = ['2023-01-01', '2023-06-01', '2026-10-21']

function checkHeaders({ request: { headers }, options }: Call): void {
  const bearer = headers.authorization?.match(/^Bearer (.+)$/)?.[1]
  const given = headers['x-api-key'] ?? bearer
  if (given === undefined || given === '') throw new Refusal(401, 'x-api-key header is required')
  if (options.key !== undefined && given !== options.key) throw new Refusal(401, 'invalid x-api-key')
  const version = headers['anthropic-version']
  if (version === undefined) throw new Refusal(400, 'anthropic-version: header is required')
  if (!versions.includes(String(version))) {
    throw new Refusal(400, `anthropic-version: "${String(version)}" is not a valid version`)
  }
}

function read<Schema extends z.ZodType>(schema: Schema, { request }: Call): z.output<Schema> {
  if (!request.headers['content-type']?.startsWith('application/json')) {
    throw new Refusal(400, 'content-type: must be application/json')
  }
  if (request.body === undefined) throw new Refusal(400, 'The request body is not valid JSON.')
  const result = readStrictly(schema, request.body)
  if ('fault' in result) throw refusalOf(result.fault)
  return result.ok
}

function idHeaders({ index }: Call) {
  return {
    'request-id': `req_${String(index).padStart(6, '0')}`,
    'anthropic-organization-id': 'org-of-the-operator',
    'anthropic-ratelimit-requests-remaining': '99',
  }
}

function createMessage(call: Call): Reply {
  const request = read(messageSchema, call)
  const { memory } = call
  const version = String(call.request.headers['anthropic-version'])
  obey({ request, version }, versionRules)
  obey(request, [...sharedRules, ...fieldRules, ...turnRules, thoughtsAreIssued(memory)])
  const act = play(call.scene(), {
    cap: request.max_tokens,
    schema: request.output_config?.format?.schema,
    inputTokens: countInput([request.system, request.messages, request.tools]),
  })
  if (!request.stream) return jsonReply(wholeMessage(act, request, memory), idHeaders(call))
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8', ...idHeaders(call) },
    frames: messageStream(act, request, memory),
    sse: true,
  }
}

function countMessage(call: Call): Reply {
  const request = read(countSchema, call)
  obey(request, [...sharedRules, ...turnRules, thoughtsAreIssued(call.memory)])
  const tokens = countInput([request.system, request.messages, request.tools])
  return jsonReply({ input_tokens: tokens }, idHeaders(call))
}

const routes: Record<string, (call: Call) => Reply> = {
  'POST /messages': createMessage,
  'POST /messages/count_tokens': countMessage,
}

/** Anthropic's Messages API. */
export const anthropic: Vendor = {
  base: '/v1',
  answer(call) {
    const route = routes[`${call.request.method} ${call.route}`]
    if (!route) throw new Refusal(404, 'Not found')
    checkHeaders(call)
    return route(call)
  },
  refuse({ status, message, details }, call) {
    const ids = idHeaders(call)
    const body = {
      ...errorObject(status, message || 'Simulated failure', details.kind),
      request_id: ids['request-id'],
    }
    const wait = status === 429 || status === 529 ? { 'retry-after': '1' } : {}
    return jsonReply(body, { ...ids, ...wait }, status)
  },
}
