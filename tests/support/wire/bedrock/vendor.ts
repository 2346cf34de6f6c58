import { countInput, play } from '../act.ts'
import { readStrictly } from '../fault.ts'
import { obey, Refusal } from '../refusal.ts'
import { jsonReply, type Call, type Reply, type Vendor } from '../vendor.ts'
import { answerFrames, wholeAnswer } from './answer.ts'
import { kindOf, refusalOf } from './errors.ts'
import { modelRules, parsed } from './model-rules.ts'
import { converseSchema } from './request.ts'
import { rules, type Asked } from './rules.ts'
import { checkSignature } from './signature.ts'

function checkCaller(call: Call): void {
  const { authorization = '' } = call.request.headers
  if (authorization.startsWith('AWS4-HMAC-SHA256')) {
    checkSignature(call, authorization)
    return
  }
  const given = /^Bearer (.+)$/.exec(authorization)?.[1]
  if (given === undefined) {
    throw new Refusal(403, 'Missing Authentication Token', { kind: 'MissingAuthenticationTokenException' })
  }
  if (call.options.key !== undefined && given !== call.options.key) {
    throw new Refusal(403, 'Authentication failed: Please make sure your API Key is valid.')
  }
}

function idHeaders({ index }: Call): Record<string, string> {
  return { 'x-amzn-requestid': `00000000-0000-4000-8000-${String(index).padStart(12, '0')}` }
}

function read(call: Call, model: string): Asked {
  const { body } = call.request
  if (body === undefined) throw new Refusal(400, 'Unexpected field type', { kind: 'SerializationException' })
  const result = readStrictly(converseSchema, body)
  if ('fault' in result) throw refusalOf(result.fault)
  const asked = { request: result.ok, model, memory: call.memory }
  obey(asked, [...rules, ...modelRules])
  return asked
}

const streamType = 'application/vnd.amazon.eventstream'

function converse(call: Call, model: string, streams: boolean): Reply {
  const asked = read(call, model)
  const { messages, system, toolConfig, inferenceConfig, outputConfig } = asked.request
  const schema = outputConfig?.textFormat?.structure.jsonSchema.schema
  const act = play(call.scene(), {
    cap: inferenceConfig?.maxTokens,
    schema: schema === undefined ? undefined : parsed(schema),
    inputTokens: countInput([messages, system, toolConfig]),
  })
  if (!streams) return jsonReply(wholeAnswer(act, asked), idHeaders(call))
  return {
    status: 200,
    headers: { 'content-type': streamType, ...idHeaders(call) },
    frames: answerFrames(act, asked),
  }
}

/** Amazon Bedrock's Converse. */
export const bedrock: Vendor = {
  base: '',
  answer(call) {
    // The name of a model is one segment, however many slashes and colons an ARN has.
    const [, model, verb] = /^\/model\/([^/]+)\/(converse|converse-stream)$/.exec(call.route) ?? []
    if (call.request.method !== 'POST' || model === undefined) {
      throw new Refusal(404, 'Unable to determine service/operation name to be authorized', {
        kind: 'UnknownOperationException',
      })
    }
    checkCaller(call)
    return converse(call, decodeURIComponent(model), verb === 'converse-stream')
  },
  refuse({ status, message, details }, call) {
    const kind = `${kindOf(status, details.kind)}:http://internal.amazon.com/coral/com.amazon.bedrock/`
    const body = { message: message || 'The simulated provider was told to fail.' }
    return jsonReply(body, { ...idHeaders(call), 'x-amzn-errortype': kind }, status)
  },
}
