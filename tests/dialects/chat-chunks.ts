import type { ChatCompletionChunk } from 'openai/resources/chat'
import { openai } from '../../providers/openai.ts'
import type { ScanOptions, StreamClosing } from '../../src/core/dialect.ts'
import { noUsage } from '../../src/core/usage.ts'
import { openaiChat } from '../../src/dialects/openai-chat/dialect.ts'
import { bytesOf } from './splits.ts'

export type Chunk = ChatCompletionChunk & { weir?: unknown }

export const done = 'data: [DONE]\n\n'
const usage = { ...noUsage, inputTokens: 20, cachedInputTokens: 8, outputTokens: 5, reasoningTokens: 3 }
export const limit = { id: 'lim_acme_1', metric: 'cost', amount: '1.00' }
export const closing = { requestId: 'req_acme_1', model: 'gpt-5.2', usage }
const cost = { provider: 'openai', charge: '0.000123456', source: 'counted' as const }
export const priced: StreamClosing = { ...closing, cost }
export const wireUsage = {
  prompt_tokens: 20,
  completion_tokens: 5,
  total_tokens: 25,
  prompt_tokens_details: { cached_tokens: 8, cache_write_tokens: 0, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 3, audio_tokens: 0 },
}
export const receipt = {
  request_id: 'req_acme_1',
  provider: 'openai',
  model: 'gpt-5.2',
  charge: '0.000123456',
  usage_source: 'counted',
}

export const head = {
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1_763_900_207,
  model: 'gpt-5.2-x',
}
export const event = (chunk: object | string) =>
  `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`
export const chunk = (delta: object, index = 0, finish_reason: string | null = null) =>
  event({ ...head, system_fingerprint: 'fp_1', choices: [{ index, delta, finish_reason }] })
export const begun = chunk({ role: 'assistant', content: '' })

/** A scanner for a caller's wishes, as the pipeline gets it. */
export function scannerFor(fields: object = {}, options?: ScanOptions) {
  const body = bytesOf(JSON.stringify({ model: 'gpt-5.2', messages: [], stream: true, ...fields }))
  const request = openaiChat.read({ body })
  return openaiChat.scanStream(request, openai.quirks, options)
}
export const withUsage = { stream_options: { include_usage: true } }
