import type { ChatCompletionChunk } from 'openai/resources/chat'
import type { StreamClosing, StreamCut } from '../../core/dialect.ts'
import type { ChatStreamScanner } from './scan-stream.ts'
import { printUsage } from './usage.ts'

/** A chunk as OpenAI's SDK knows it, with a word of ours. */
type ClosingChunk = ChatCompletionChunk & { readonly weir?: object }

const encoder = new TextEncoder()

/** Ends each answer as one that reached its cap, and says why. */
export function cutEvents(scanner: ChatStreamScanner, cut: StreamCut): Uint8Array {
  return printEvents([...cutChunks(scanner, cut), ...(scanner.tellsUsage ? [usageChunk(scanner, cut)] : [])])
}

export function usageEvents(scanner: ChatStreamScanner, closing: StreamClosing): Uint8Array {
  return printEvents([usageChunk(scanner, closing)])
}

function cutChunks(scanner: ChatStreamScanner, cut: StreamCut): ClosingChunk[] {
  const choices = scanner.openAnswers.map(({ index, hasRole }) => ({
    index,
    delta: hasRole ? {} : { role: 'assistant' as const, content: '' },
    finish_reason: 'length' as const,
  }))
  // Without a choice it would be taken for a usage chunk.
  if (choices.length === 0) return []
  const weir = { reason: 'budget', ...(cut.limit && { limit: cut.limit }) }
  return [{ ...headOf(scanner, cut), choices, weir }]
}

function usageChunk(scanner: ChatStreamScanner, closing: StreamClosing): ClosingChunk {
  const { requestId, model, usage, cost } = closing
  const weir = cost && {
    request_id: requestId,
    provider: cost.provider,
    model,
    charge: cost.charge,
    usage_source: cost.source,
  }
  return { ...headOf(scanner, closing), choices: [], usage: printUsage(usage), ...(weir && { weir }) }
}

/** What the stream's own chunks said; ours where they said nothing. */
function headOf({ head }: ChatStreamScanner, { requestId, model }: StreamClosing) {
  return { id: requestId, object: 'chat.completion.chunk' as const, created: 0, model, ...head }
}

function printEvents(chunks: readonly ClosingChunk[]): Uint8Array {
  const events = [...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]']
  return encoder.encode(events.map((data) => `data: ${data}\n\n`).join(''))
}
