import type { Json } from '../../support/simulator/json.ts'
import { cap, type Ask, type Client, type Told, type ToldCall } from '../ask.ts'
import { at, countAt, joined, listAt, objectAt, textAt } from './json.ts'

function userContent({ text, image }: Ask): unknown {
  if (!image) return text
  const url = `data:${image.mediaType};base64,${image.data}`
  return [
    { type: 'image_url', image_url: { url } },
    { type: 'text', text },
  ]
}

function body(ask: Ask, { model, stream }: { model: string; stream: boolean }): Json {
  const { system, tools, schema, think, stop } = ask
  return {
    model,
    messages: [
      ...(system === undefined ? [] : [{ role: 'system', content: system }]),
      { role: 'user', content: userContent(ask) },
    ],
    max_completion_tokens: cap,
    ...(tools && {
      tools: tools.map(({ name, description, schema: parameters }) => ({
        type: 'function',
        function: { name, description, parameters },
      })),
    }),
    ...(schema && {
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } },
    }),
    ...(think && { reasoning_effort: 'low' }),
    ...(stop !== undefined && { stop: [stop] }),
    ...(stream && { stream: true, stream_options: { include_usage: true } }),
  }
}

function callOf(call: Json): ToldCall {
  if (call.type !== 'function') throw new Error(`No function: ${JSON.stringify(call)}`)
  return {
    id: textAt(call, 'id'),
    name: textAt(call, 'function', 'name'),
    arguments: JSON.parse(textAt(call, 'function', 'arguments')),
  }
}

function usageOf(usage: unknown) {
  if (!usage) return undefined
  return {
    input: countAt(usage, 'prompt_tokens'),
    cached: countAt(usage, 'prompt_tokens_details', 'cached_tokens'),
    cacheWrite: countAt(usage, 'prompt_tokens_details', 'cache_write_tokens'),
    output: countAt(usage, 'completion_tokens'),
    reasoning: countAt(usage, 'completion_tokens_details', 'reasoning_tokens'),
  }
}

function readWhole(answer: Json): Told {
  const message = objectAt(answer, 'choices', 0, 'message')
  return {
    text: textAt(message, 'content'),
    refusal: textAt(message, 'refusal'),
    reasoning: textAt(message, 'reasoning_content'),
    calls: listAt(message, 'tool_calls').map(callOf),
    finish: textAt(answer, 'choices', 0, 'finish_reason'),
    usage: usageOf(answer.usage),
    model: textAt(answer, 'model'),
    weir: answer.weir,
    history: [message],
  }
}

/** The pieces of one call put together: what is said once stands, arguments grow. */
function wholeCall(pieces: readonly Json[]): Json {
  const { index: _, ...call } = Object.assign({}, ...pieces) as Json
  const named = Object.assign({}, ...pieces.map((piece) => piece.function)) as Json
  return { ...call, function: { ...named, arguments: joined(pieces, 'function', 'arguments') } }
}

/** The message of a stream: texts grow, lists get longer. */
function wholeMessage(deltas: readonly Json[]): Json {
  const pieces = deltas.flatMap((delta) => listAt(delta, 'tool_calls'))
  const indices = [...new Set(pieces.map((piece) => countAt(piece, 'index')))]
  const thought = joined(deltas, 'reasoning_content')
  const details = deltas.flatMap((delta) => listAt(delta, 'reasoning_details'))
  return {
    role: 'assistant',
    content: joined(deltas, 'content') || null,
    refusal: joined(deltas, 'refusal') || null,
    ...(thought !== '' && { reasoning_content: thought }),
    ...(details.length > 0 && { reasoning_details: details }),
    ...(pieces.length > 0 && {
      tool_calls: indices.map((index) => wholeCall(pieces.filter((piece) => piece.index === index))),
    }),
  }
}

function readStream(events: readonly Json[]): Told {
  const choices = events.flatMap((event) => listAt(event, 'choices')).filter(({ index }) => index === 0)
  const finish_reason = choices.map((choice) => choice.finish_reason).findLast(Boolean)
  const usage = events.map((event) => event.usage).findLast(Boolean)
  const weir = events.map((event) => event.weir).findLast(Boolean)
  const message = wholeMessage(choices.map((choice) => objectAt(choice, 'delta')))
  const model = textAt(events, 0, 'model')
  return readWhole({ model, choices: [{ message, finish_reason }], usage, weir })
}

/** OpenAI's chat completions. */
export const chat: Client = {
  dialect: 'openai-chat',
  finishes: {
    stop: 'stop',
    stop_sequence: 'stop',
    length: 'length',
    tool_calls: 'tool_calls',
    content_filter: 'content_filter',
  },
  path: () => '/v1/chat/completions',
  headers: (key) => ({ authorization: `Bearer ${key}` }),
  body,
  next: (body, { history }, outputs) => ({
    ...body,
    messages: [
      ...listAt(body, 'messages'),
      ...history,
      ...outputs.map(({ call, text }) => ({ role: 'tool', tool_call_id: call.id, content: text })),
    ],
  }),
  readWhole,
  readStream,
  errorCode: (error) => at(error, 'error', 'code') as string | undefined,
}
