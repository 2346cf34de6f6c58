import type { ResponseStreamEvent } from 'openai/resources/responses/responses'
import { openai } from '../../providers/openai.ts'
import type { ScanOptions, StreamClosing, StreamCut } from '../../src/core/dialect.ts'
import { noUsage } from '../../src/core/usage.ts'
import { readRequest } from '../../src/dialects/openai-responses/read-request.ts'
import { ResponsesStreamScanner } from '../../src/dialects/openai-responses/scan-stream.ts'
import { bytesOf } from './splits.ts'

/** Shapes of the true wire format, and what the pipeline would say of a call. */

export type Fields = Record<string, unknown>

export const requestId = 'req_acme_019b0c7e-1c2d-7a3b-8c4d-5e6f70819203'
const usage = { ...noUsage, inputTokens: 20, cachedInputTokens: 8, outputTokens: 5, reasoningTokens: 3 }
export const closing: StreamClosing = { requestId, model: 'gpt-5.2', usage }
export const priced: StreamClosing = {
  ...closing,
  cost: { provider: 'openai', charge: '0.000123456', source: 'counted' },
}
export const limit = { id: 'lim_acme_1', metric: 'cost', amount: '1.00' }
export const cutting: StreamCut = { ...priced, limit }
export const wireUsage = {
  input_tokens: 20,
  input_tokens_details: { cached_tokens: 8, cache_write_tokens: 0 },
  output_tokens: 5,
  output_tokens_details: { reasoning_tokens: 3 },
  total_tokens: 25,
}
export const receipt = {
  request_id: requestId,
  provider: 'openai',
  model: 'gpt-5.2',
  charge: '0.000123456',
  usage_source: 'counted',
}

export const requestOf = (fields: object = {}) =>
  readRequest({ body: bytesOf(JSON.stringify({ model: 'gpt-5.2', input: 'hi', ...fields })) })

export const tellingOf = (fields: object = {}) => ({
  requestId,
  model: 'gpt-5.2',
  created: 1_763_900_000,
  request: requestOf(fields),
})

export const scannerFor = (options: ScanOptions = {}) =>
  new ResponsesStreamScanner({
    request: requestOf({ stream: true }),
    operatorErrors: openai.quirks.operatorErrors,
    ...options,
  })

/** Events as they go over the wire, numbered from 0. */
export function printEvents(events: readonly Fields[], lineEnd = '\n'): string {
  return events
    .map(({ type, ...rest }, number) => ({ type, sequence_number: number, ...rest }))
    .map((event) => `event: ${String(event.type)}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('')
    .replaceAll('\n', lineEnd)
}

export type WireEvent = ResponseStreamEvent & { readonly response?: Fields & { readonly weir?: unknown } }

/** Reads a stream back; each event must be named like its type. */
export function eventsOf(stream: string): WireEvent[] {
  return stream
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => {
      const match = /^event: (.*)\ndata: (.*)$/.exec(event)
      const told = JSON.parse(match?.[2] ?? 'null') as WireEvent
      if (told.type !== match?.[1]) throw new Error(`An event is not named as it should be: ${event}`)
      return told
    })
}

const head = {
  id: 'resp_68f0c2',
  object: 'response',
  created_at: 1_763_900_207,
  status: 'in_progress',
  error: null,
  incomplete_details: null,
  instructions: null,
  max_output_tokens: 4096,
  model: 'gpt-5.2-2025-12-11',
  output: [],
  parallel_tool_calls: true,
  previous_response_id: null,
  reasoning: { effort: 'medium', summary: 'auto' },
  service_tier: 'default',
  store: false,
  temperature: 1,
  text: { format: { type: 'text' }, verbosity: 'medium' },
  tool_choice: 'auto',
  tools: [],
  top_logprobs: 0,
  top_p: 1,
  truncation: 'disabled',
  usage: null,
  user: null,
  metadata: {},
}

const thought = {
  id: 'rs_68f0c3',
  type: 'reasoning',
  encrypted_content: 'gAAAAABo8MLx',
  summary: [
    { type: 'summary_text', text: '**Counting**' },
    { type: 'summary_text', text: 'One weir.' },
  ],
}
const citation = {
  type: 'url_citation',
  url: 'https://example.org/weir',
  title: 'Weirs',
  start_index: 4,
  end_index: 8,
}
const part = { type: 'output_text', annotations: [citation], logprobs: [], text: 'Ein Wehr – groß.' }
const message = {
  id: 'msg_68f0c4',
  type: 'message',
  status: 'completed',
  content: [part],
  role: 'assistant',
}
const call = {
  id: 'fc_68f0c5',
  type: 'function_call',
  status: 'completed',
  arguments: '{"city":"Oslo"}',
  call_id: 'call_1',
  name: 'get_weather',
}
const customCall = {
  id: 'ctc_68f0c6',
  type: 'custom_tool_call',
  status: 'completed',
  input: 'ls -l',
  call_id: 'call_2',
  name: 'run',
}
export const output = [thought, message, call, customCall]
export const told = {
  text: part.text,
  thought: '**Counting**One weir.',
  calls: call.arguments + customCall.input,
}

export const ended = {
  ...head,
  status: 'completed',
  completed_at: 1_763_900_209,
  output,
  usage: {
    input_tokens: 75,
    input_tokens_details: { cached_tokens: 16, cache_write_tokens: 4 },
    output_tokens: 40,
    output_tokens_details: { reasoning_tokens: 12 },
    total_tokens: 115,
  },
}
export const endedUsage = {
  ...noUsage,
  inputTokens: 75,
  cachedInputTokens: 16,
  cacheWriteTokens: 4,
  outputTokens: 40,
  reasoningTokens: 12,
}

const inThought = { item_id: thought.id, output_index: 0 }
const inText = { item_id: message.id, output_index: 1, content_index: 0 }
const inCall = { item_id: call.id, output_index: 2 }
const inCustom = { item_id: customCall.id, output_index: 3 }

const summaryEvents = (index: number, text: string) => [
  {
    type: 'response.reasoning_summary_part.added',
    ...inThought,
    summary_index: index,
    part: { type: 'summary_text', text: '' },
  },
  { type: 'response.reasoning_summary_text.delta', ...inThought, summary_index: index, delta: text },
  { type: 'response.reasoning_summary_text.done', ...inThought, summary_index: index, text },
  {
    type: 'response.reasoning_summary_part.done',
    ...inThought,
    summary_index: index,
    part: { type: 'summary_text', text },
  },
]

/** A stream as OpenAI sends it: thought with two parts of summary, text with a citation, and two calls. */
export const streamEvents: readonly Fields[] = [
  { type: 'response.created', response: head },
  { type: 'response.in_progress', response: head },
  { type: 'response.output_item.added', output_index: 0, item: { ...thought, summary: [] } },
  ...summaryEvents(0, '**Counting**'),
  ...summaryEvents(1, 'One weir.'),
  { type: 'response.output_item.done', output_index: 0, item: thought },
  {
    type: 'response.output_item.added',
    output_index: 1,
    item: { ...message, status: 'in_progress', content: [] },
  },
  {
    type: 'response.content_part.added',
    ...inText,
    part: { type: 'output_text', annotations: [], logprobs: [], text: '' },
  },
  { type: 'response.output_text.delta', ...inText, delta: 'Ein Wehr', logprobs: [], obfuscation: 'aZ3' },
  { type: 'response.output_text.delta', ...inText, delta: ' – groß.', logprobs: [], obfuscation: 'q' },
  { type: 'response.output_text.annotation.added', ...inText, annotation_index: 0, annotation: citation },
  { type: 'response.output_text.done', ...inText, text: part.text, logprobs: [] },
  { type: 'response.content_part.done', ...inText, part },
  { type: 'response.output_item.done', output_index: 1, item: message },
  {
    type: 'response.output_item.added',
    output_index: 2,
    item: { ...call, status: 'in_progress', arguments: '' },
  },
  { type: 'response.function_call_arguments.delta', ...inCall, delta: '{"city":' },
  { type: 'response.function_call_arguments.delta', ...inCall, delta: '"Oslo"}' },
  { type: 'response.function_call_arguments.done', ...inCall, arguments: call.arguments },
  { type: 'response.output_item.done', output_index: 2, item: call },
  {
    type: 'response.output_item.added',
    output_index: 3,
    item: { ...customCall, status: 'in_progress', input: '' },
  },
  { type: 'response.custom_tool_call_input.delta', ...inCustom, delta: 'ls -l' },
  { type: 'response.custom_tool_call_input.done', ...inCustom, input: 'ls -l' },
  { type: 'response.output_item.done', output_index: 3, item: customCall },
  { type: 'response.completed', response: ended },
]
