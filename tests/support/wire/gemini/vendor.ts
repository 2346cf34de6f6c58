import { countInput, play } from '../act.ts'
import { readStrictly } from '../fault.ts'
import { obey, Refusal } from '../refusal.ts'
import type { Act } from '../scene.ts'
import { messageOf, serverSent, untilError } from '../sse.ts'
import { jsonReply, type Call, type Reply, type Vendor } from '../vendor.ts'
import { answerChunks, wholeAnswer } from './answer.ts'
import { errorObject, refusalOf } from './errors.ts'
import { rules } from './field-rules.ts'
import { countSchema, generateSchema } from './request.ts'
import { hasContents, partsHoldData, type Asked } from './turn-rules.ts'

const invalidKey = 'API_KEY_INVALID'

function checkKey({ request: { headers }, options, query }: Call): void {
  const bearer = headers.authorization?.match(/^Bearer (.+)$/)?.[1]
  const given = headers['x-goog-api-key'] || query.get('key') || bearer
  if (!given) {
    const message =
      "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API."
    throw new Refusal(403, message)
  }
  if (options.key !== undefined && given !== options.key) {
    throw new Refusal(400, 'API key not valid. Please pass a valid API key.', { code: invalidKey })
  }
}

function read(call: Call, model: string): Asked {
  const result = readStrictly(generateSchema, call.request.body)
  if ('fault' in result) throw refusalOf(result.fault)
  return { request: result.ok, model, memory: call.memory }
}

function stage(call: Call, model: string): { act: Act; asked: Asked } {
  const asked = read(call, model)
  obey(asked, rules)
  const { contents, systemInstruction, tools, generationConfig } = asked.request
  const act = play(call.scene(), {
    cap: generationConfig?.maxOutputTokens,
    schema: generationConfig?.responseJsonSchema ?? generationConfig?.responseSchema,
    inputTokens: countInput([contents, systemInstruction, tools]),
  })
  return { act, asked }
}

function generate(call: Call, model: string): Reply {
  const { act, asked } = stage(call, model)
  return jsonReply(wholeAnswer(act, asked), {})
}

function eventsOf(act: Act, asked: Asked): Generator<object> {
  return untilError(answerChunks(act, asked), act.scene, (error) => [
    errorObject(error.status, messageOf(error), { ...(error.kind && { kind: error.kind }) }),
  ])
}

function* asEvents(chunks: Iterable<object>): Generator<string> {
  for (const chunk of chunks) yield serverSent(chunk)
}

/** What comes to those who do not ask for events: one array that grows. */
function* asArray(chunks: Iterable<object>): Generator<string> {
  let isFirst = true
  for (const chunk of chunks) {
    yield `${isFirst ? '[' : ',\r\n'}${JSON.stringify(chunk, null, 2)}`
    isFirst = false
  }
  yield '\r\n]'
}

function isArray({ query, route }: Call): boolean {
  return route.endsWith(':streamGenerateContent') && query.get('alt') !== 'sse'
}

function streamGenerate(call: Call, model: string): Reply {
  const { act, asked } = stage(call, model)
  const chunks = eventsOf(act, asked)
  if (isArray(call)) {
    return { status: 200, headers: { 'content-type': 'application/json' }, frames: asArray(chunks) }
  }
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    frames: asEvents(chunks),
    sse: true,
  }
}

function countTokens(call: Call, model: string): Reply {
  const result = readStrictly(countSchema, call.request.body)
  if ('fault' in result) throw refusalOf(result.fault)
  const { contents, generateContentRequest: whole } = result.ok
  if (contents && whole) throw new Refusal(400, 'contents and generate_content_request cannot both be set.')
  const counted = whole ?? { contents }
  obey({ request: counted, model, memory: call.memory }, [hasContents, partsHoldData])
  const totalTokens = countInput([counted.contents, whole?.systemInstruction, whole?.tools])
  return jsonReply({ totalTokens, promptTokensDetails: [{ modality: 'TEXT', tokenCount: totalTokens }] }, {})
}

const verbs: Record<string, (call: Call, model: string) => Reply> = {
  generateContent: generate,
  streamGenerateContent: streamGenerate,
  countTokens,
}

/** Google's Gemini API, as developers have it. */
export const gemini: Vendor = {
  base: '/v1beta',
  answer(call) {
    const [, model, verb] = /^\/models\/([^/:]+):(\w+)$/.exec(call.route) ?? []
    const run = verb === undefined ? undefined : verbs[verb]
    if (call.request.method !== 'POST' || !run || model === undefined) throw new Refusal(404, 'Not found.')
    checkKey(call)
    if (call.request.body === undefined) throw new Refusal(400, 'Invalid JSON payload received.')
    return run(call, decodeURIComponent(model))
  },
  refuse({ status, message, details: { kind, code } }, call) {
    const body = errorObject(status, message || 'Simulated failure.', {
      ...(kind && { kind }),
      ...(code && { reason: code }),
    })
    return jsonReply(isArray(call) ? [body] : body, {}, status)
  },
}
