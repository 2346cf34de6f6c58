import type { Json } from '../../support/simulator/json.ts'
import { cap, type Ask, type Client, type Told } from '../ask.ts'
import { at, countAt, joined, listAt, objectAt, textAt } from './json.ts'

function userContent({ text, image }: Ask): unknown {
  if (!image) return text
  const { mediaType: media_type, data } = image
  return [
    { type: 'image', source: { type: 'base64', media_type, data } },
    { type: 'text', text },
  ]
}

const thinkings = {
  budget: { type: 'enabled', budget_tokens: 2048 },
  adaptive: { type: 'adaptive', display: 'summarized' },
}

function body(ask: Ask, { model, stream }: { model: string; stream: boolean }): Json {
  const { system, tools, schema, think, stop } = ask
  return {
    model,
    max_tokens: cap,
    ...(system !== undefined && { system }),
    messages: [{ role: 'user', content: userContent(ask) }],
    ...(tools && {
      tools: tools.map(({ name, description, schema: input_schema }) => ({
        name,
        description,
        input_schema,
      })),
    }),
    ...(schema && { output_config: { format: { type: 'json_schema', schema } } }),
    ...(think && { thinking: thinkings[think] }),
    ...(stop !== undefined && { stop_sequences: [stop] }),
    ...(stream && { stream: true }),
  }
}

function usageOf(usage: unknown) {
  const cached = countAt(usage, 'cache_read_input_tokens')
  const cacheWrite = countAt(usage, 'cache_creation_input_tokens')
  return {
    input: countAt(usage, 'input_tokens') + cached + cacheWrite,
    cached,
    cacheWrite,
    output: countAt(usage, 'output_tokens'),
    reasoning: countAt(usage, 'output_tokens_details', 'thinking_tokens'),
  }
}

function readWhole(message: Json): Told {
  const content = listAt(message, 'content')
  const ofType = (type: string) => content.filter((block) => block.type === type)
  return {
    text: joined(ofType('text'), 'text'),
    refusal: '',
    reasoning: joined(ofType('thinking'), 'thinking'),
    calls: ofType('tool_use').map((block) => ({
      id: textAt(block, 'id'),
      name: textAt(block, 'name'),
      arguments: objectAt(block, 'input'),
    })),
    finish: textAt(message, 'stop_reason'),
    usage: usageOf(message.usage),
    model: textAt(message, 'model'),
    weir: message.weir,
    history: [{ role: 'assistant', content }],
  }
}

/** A block of a stream, from how it began and what came after. */
function wholeBlock(begun: Json, deltas: readonly Json[]): Json {
  if (begun.type === 'text') return { ...begun, text: textAt(begun, 'text') + joined(deltas, 'text') }
  if (begun.type === 'thinking') {
    const signature = textAt(begun, 'signature') + joined(deltas, 'signature')
    return { ...begun, thinking: textAt(begun, 'thinking') + joined(deltas, 'thinking'), signature }
  }
  if (begun.type !== 'tool_use') return begun
  return { ...begun, input: JSON.parse(joined(deltas, 'partial_json') || '{}') as unknown }
}

function readStream(events: readonly Json[]): Told {
  const ofType = (type: string) => events.filter((event) => event.type === type)
  const [start] = ofType('message_start')
  const stop = ofType('message_delta').at(-1)
  const deltas = ofType('content_block_delta')
  const content = ofType('content_block_start').map(({ index, content_block: block }) =>
    wholeBlock(
      objectAt(block),
      deltas.filter((delta) => delta.index === index).map(({ delta }) => objectAt(delta)),
    ),
  )
  const message = objectAt(start, 'message')
  const usage = { ...objectAt(message, 'usage'), ...objectAt(stop ?? {}, 'usage') }
  return readWhole({ ...message, ...objectAt(stop, 'delta'), content, usage, weir: stop?.weir })
}

/** Anthropic's Messages. */
export const anthropic: Client = {
  dialect: 'anthropic-messages',
  finishes: {
    stop: 'end_turn',
    stop_sequence: 'stop_sequence',
    length: 'max_tokens',
    tool_calls: 'tool_use',
    content_filter: 'refusal',
  },
  path: () => '/v1/messages',
  headers: (key) => ({ 'x-api-key': key, 'anthropic-version': '2023-06-01' }),
  body,
  next: (body, { history }, outputs) => ({
    ...body,
    messages: [
      ...listAt(body, 'messages'),
      ...history,
      {
        role: 'user',
        content: outputs.map(({ call, text }) => ({
          type: 'tool_result',
          tool_use_id: call.id,
          content: text,
        })),
      },
    ],
  }),
  readWhole,
  readStream,
  errorCode: (error) => at(error, 'error', 'code') as string | undefined,
}
