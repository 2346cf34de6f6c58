import { isObject } from '../../simulator/json.ts'
import { countInput, play } from '../act.ts'
import { readStrictly } from '../fault.ts'
import { checkKey, idHeaders, refusalOf, refuse } from '../openai/errors.ts'
import { Refusal } from '../refusal.ts'
import { jsonReply, type Call, type Reply, type Vendor } from '../vendor.ts'
import { completionStream, wholeCompletion } from './answer.ts'
import { chatSchema, type ChatRequest } from './request.ts'
import { checkRequest } from './rules.ts'

function read({ request: { body }, options }: Call): ChatRequest {
  if (!isObject(body)) throw new Refusal(400, 'We could not parse the JSON body of your request.')
  const result = readStrictly(chatSchema, body)
  if ('ok' in result) {
    checkRequest(result.ok, options)
    return result.ok
  }
  const { why, path } = result.fault
  if (why !== 'unknown' || path.length > 1) throw refusalOf(result.fault)
  throw new Refusal(400, `Unrecognized request argument supplied: ${String(path[0])}`)
}

function schemaOf({ response_format: format }: ChatRequest): unknown {
  if (format?.type === 'json_schema') return format.json_schema.schema ?? {}
  return format?.type === 'json_object' ? { type: 'object' } : undefined
}

function createCompletion(call: Call): Reply {
  const request = read(call)
  const act = play(call.scene(), {
    cap: request.max_completion_tokens ?? request.max_tokens,
    schema: schemaOf(request),
    inputTokens: countInput([request.messages, request.tools]),
  })
  const making = { act, request, memory: call.memory, options: call.options }
  if (!request.stream) return jsonReply(wholeCompletion(making), idHeaders(call))
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8', ...idHeaders(call) },
    frames: completionStream(making),
    sse: true,
  }
}

/** OpenAI's chat completions. */
export const chat: Vendor = {
  base: '/v1',
  answer(call) {
    checkKey(call)
    if (`${call.request.method} ${call.route}` === 'POST /chat/completions') return createCompletion(call)
    throw new Refusal(404, `Invalid URL (${call.request.method} /v1${call.route})`, { code: 'unknown_url' })
  },
  refuse,
}
