import type { CallTarget, ScanOptions, StreamClosing, Telling } from '../../src/core/dialect.ts'
import type { Quirks } from '../../src/core/provider.ts'
import { noUsage } from '../../src/core/usage.ts'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/dialect.ts'
import { bytesOf } from './splits.ts'

export const quirks: Quirks = {
  streamOptions: true,
  maxTokensFields: [],
  refusedFields: [],
  thoughtField: undefined,
  tenantFields: [],
  operatorErrors: ['billing_error'],
}

/** A request with one short message, and what else is said. */
export const request = (fields: object = {}) => ({
  model: 'claude-opus-5',
  max_tokens: 1_000,
  messages: [{ role: 'user', content: 'Hi' }],
  ...fields,
})

export const read = (fields: object = {}) =>
  anthropicMessages.read({ body: bytesOf(JSON.stringify(request(fields))) })

export const target = (upstreamModel = 'claude-opus-5', outputCap = 1_000): CallTarget => ({
  org: 'acme',
  upstreamModel,
  outputCap,
  quirks,
})

export const scannerFor = (options?: ScanOptions) =>
  anthropicMessages.scanStream(read({ stream: true }), quirks, options)

export const telling: Telling = {
  requestId: 'req_acme_01',
  model: 'claude-best',
  created: 1_763_900_000,
  request: read({ stream: true }),
}

/** An event as Anthropic sends it. */
export const event = (data: { type: string; [field: string]: unknown }) =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`

export const start = (usage: object = { input_tokens: 12, output_tokens: 1 }) =>
  event({
    type: 'message_start',
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-opus-5-20260801',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage,
    },
  })
export const blockStart = (index: number, content_block: object) =>
  event({ type: 'content_block_start', index, content_block })
export const delta = (index: number, delta: object) => event({ type: 'content_block_delta', index, delta })
export const text = (index: number, text: string) => delta(index, { type: 'text_delta', text })
export const blockStop = (index: number) => event({ type: 'content_block_stop', index })
export const messageDelta = (stop_reason: string | null, usage: object = { output_tokens: 40 }) =>
  event({ type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage })
export const stop = event({ type: 'message_stop' })
export const ping = event({ type: 'ping' })
export const textBlock = { type: 'text', text: '' }

/** A thought, a text and a call, with a usage that is told in two parts. */
export const wholeStream =
  start({
    input_tokens: 12,
    cache_read_input_tokens: 100,
    cache_creation_input_tokens: 30,
    cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
    output_tokens: 1,
  }) +
  blockStart(0, { type: 'thinking', thinking: '', signature: '' }) +
  ping +
  delta(0, { type: 'thinking_delta', thinking: 'Let me ' }) +
  delta(0, { type: 'thinking_delta', thinking: 'see.' }) +
  delta(0, { type: 'signature_delta', signature: 'EqQB' }) +
  blockStop(0) +
  blockStart(1, textBlock) +
  text(1, 'Ein Wehr. ') +
  text(1, '🌊 "Fluss"\n') +
  blockStop(1) +
  blockStart(2, { type: 'tool_use', id: 'toolu_1', name: 'measure', input: {} }) +
  delta(2, { type: 'input_json_delta', partial_json: '' }) +
  delta(2, { type: 'input_json_delta', partial_json: '{"river":' }) +
  delta(2, { type: 'input_json_delta', partial_json: '"Isar"}' }) +
  blockStop(2) +
  messageDelta('tool_use', { output_tokens: 40, output_tokens_details: { thinking_tokens: 25 } }) +
  stop

/** What it used. */
export const wholeUsage = {
  ...noUsage,
  inputTokens: 142,
  cachedInputTokens: 100,
  cacheWriteTokens: 30,
  cacheWriteLongTokens: 20,
  outputTokens: 40,
  reasoningTokens: 25,
}

export const limit = { id: 'lim_acme_1', metric: 'cost', amount: '1.00' }
export const closing: StreamClosing = {
  requestId: 'req_acme_01',
  model: 'claude-opus-5',
  usage: { ...noUsage, inputTokens: 20, cachedInputTokens: 8, outputTokens: 5, reasoningTokens: 3 },
}
export const priced: StreamClosing = {
  ...closing,
  cost: { provider: 'anthropic', charge: '0.000123456', source: 'counted' },
}
export const receipt = {
  request_id: 'req_acme_01',
  provider: 'anthropic',
  model: 'claude-opus-5',
  charge: '0.000123456',
  usage_source: 'counted',
}

/** The data of each event in a stream. */
export function dataIn(stream: string): Record<string, unknown>[] {
  return stream
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => {
      const [name, data = ''] = event.split('\n')
      const parsed = JSON.parse(data.slice('data: '.length)) as Record<string, unknown>
      if (name !== `event: ${String(parsed['type'])}`) throw new Error(`${name} is not what is in it.`)
      return parsed
    })
}
