import type { Json } from '../../support/simulator/json.ts'
import { cap, type Ask, type Client, type Told } from '../ask.ts'
import { at, countAt, joined, listAt, objectAt, textAt } from './json.ts'

function userItem({ text, image }: Ask): Json {
  if (!image) return { role: 'user', content: text }
  const image_url = `data:${image.mediaType};base64,${image.data}`
  return {
    role: 'user',
    content: [
      { type: 'input_image', image_url, detail: 'auto' },
      { type: 'input_text', text },
    ],
  }
}

function body(ask: Ask, { model, stream }: { model: string; stream: boolean }): Json {
  const { system, tools, schema, think } = ask
  return {
    model,
    max_output_tokens: cap,
    ...(system !== undefined && { instructions: system }),
    input: [userItem(ask)],
    ...(tools && {
      tools: tools.map(({ name, description, schema: parameters }) => ({
        type: 'function',
        name,
        description,
        parameters,
        strict: false,
      })),
    }),
    ...(schema && { text: { format: { type: 'json_schema', name: 'answer', schema, strict: true } } }),
    ...(think && {
      reasoning: { effort: 'low', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
    }),
    store: false,
    ...(stream && { stream: true }),
  }
}

function usageOf(usage: unknown) {
  if (!usage) return undefined
  return {
    input: countAt(usage, 'input_tokens'),
    cached: countAt(usage, 'input_tokens_details', 'cached_tokens'),
    cacheWrite: countAt(usage, 'input_tokens_details', 'cache_write_tokens'),
    output: countAt(usage, 'output_tokens'),
    reasoning: countAt(usage, 'output_tokens_details', 'reasoning_tokens'),
  }
}

/** Its status, with the reason of an incomplete one. */
function finishOf(response: Json): string {
  const reason = textAt(response, 'incomplete_details', 'reason')
  return reason === '' ? textAt(response, 'status') : `${textAt(response, 'status')}: ${reason}`
}

function readWhole(response: Json): Told {
  const output = listAt(response, 'output')
  const ofType = (type: string) => output.filter((item) => item.type === type)
  const parts = ofType('message').flatMap((message) => listAt(message, 'content'))
  const thoughts = ofType('reasoning').flatMap((item) => [
    ...listAt(item, 'summary'),
    ...listAt(item, 'content'),
  ])
  return {
    text: joined(
      parts.filter(({ type }) => type === 'output_text'),
      'text',
    ),
    refusal: joined(
      parts.filter(({ type }) => type === 'refusal'),
      'refusal',
    ),
    reasoning: joined(thoughts, 'text'),
    calls: ofType('function_call').map((item) => ({
      id: textAt(item, 'call_id'),
      name: textAt(item, 'name'),
      arguments: JSON.parse(textAt(item, 'arguments')),
    })),
    finish: finishOf(response),
    usage: usageOf(response.usage),
    model: textAt(response, 'model'),
    weir: response.weir,
    history: output,
  }
}

/** The last event has all of it. */
function readStream(events: readonly Json[]): Told {
  const ends = ['response.completed', 'response.incomplete', 'response.failed']
  const end = events.findLast(({ type }) => ends.includes(String(type)))
  return readWhole(objectAt(end, 'response'))
}

/** OpenAI's Responses. */
export const responses: Client = {
  dialect: 'openai-responses',
  finishes: {
    stop: 'completed',
    stop_sequence: 'completed',
    length: 'incomplete: max_output_tokens',
    tool_calls: 'completed',
    content_filter: 'incomplete: content_filter',
  },
  path: () => '/v1/responses',
  headers: (key) => ({ authorization: `Bearer ${key}` }),
  body,
  next: (body, { history }, outputs) => ({
    ...body,
    input: [
      ...listAt(body, 'input'),
      ...history,
      ...outputs.map(({ call, text }) => ({
        type: 'function_call_output',
        call_id: call.id,
        output: text,
      })),
    ],
  }),
  readWhole,
  readStream,
  errorCode: (error) => (at(error, 'error', 'code') ?? at(error, 'code')) as string | undefined,
}
