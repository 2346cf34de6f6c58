import { isObject } from '../../simulator/json.ts'
import { countInput, play } from '../act.ts'
import { readStrictly } from '../fault.ts'
import { checkKey, idHeaders, refusalOf, refuse } from '../openai/errors.ts'
import { Refusal } from '../refusal.ts'
import { jsonReply, type Call, type Reply, type Vendor } from '../vendor.ts'
import { responseStream, wholeResponse } from './answer.ts'
import { checkFields, refuseMoved } from './field-rules.ts'
import { checkItems } from './item-rules.ts'
import { responseSchema, type ResponseRequest } from './request.ts'

function read({ request: { body }, memory }: Call): ResponseRequest {
  if (!isObject(body)) throw new Refusal(400, 'We could not parse the JSON body of your request.')
  refuseMoved(body)
  const result = readStrictly(responseSchema, body)
  if ('fault' in result) throw refusalOf(result.fault)
  checkFields(result.ok, memory)
  checkItems(result.ok, memory)
  return result.ok
}

function createResponse(call: Call): Reply {
  const request = read(call)
  const format = request.text?.format
  const act = play(call.scene(), {
    cap: request.max_output_tokens,
    schema:
      format?.type === 'json_schema'
        ? format.schema
        : format?.type === 'json_object'
          ? { type: 'object' }
          : undefined,
    inputTokens: countInput([request.instructions, request.input, request.tools]),
  })
  const making = { act, request, memory: call.memory }
  if (!request.stream) return jsonReply(wholeResponse(making), idHeaders(call))
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8', ...idHeaders(call) },
    frames: responseStream(making),
    sse: true,
  }
}

/** OpenAI's Responses API. */
export const responses: Vendor = {
  base: '/v1',
  answer(call) {
    checkKey(call)
    if (`${call.request.method} ${call.route}` === 'POST /responses') return createResponse(call)
    throw new Refusal(404, `Invalid URL (${call.request.method} /v1${call.route})`, { code: 'unknown_url' })
  },
  refuse,
}
