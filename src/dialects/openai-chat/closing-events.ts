import type { ChatCompletionChunk } from 'openai/resources/chat'
import type { StreamClosing, StreamCut } from '../../core/dialect.ts'
import type { ChunkHead } from './chunk-head.ts'
import { cutWords, receiptWords } from './closing-words.ts'
import { printUsage } from './usage.ts'

/** A chunk as OpenAI's SDK knows it, with a word of ours. */
type ClosingChunk = ChatCompletionChunk & { readonly weir?: object }

const encoder = new TextEncoder()

/** An answer that has not finished yet. */
export interface OpenAnswer {
  readonly index: number
  /** Whether it was told whose message it is: clients put no answer together without that. */
  readonly hasRole: boolean
}

/** What is to be known of a stream to end it. */
interface OpenStream {
  readonly openAnswers: readonly OpenAnswer[]
  /** Whether the caller is to get a usage chunk. */
  readonly tellsUsage: boolean
  /** What the chunks say of the whole stream, as far as they do. */
  readonly head: ChunkHead
}

/** Ends each answer as one that reached its cap, and says why. */
export function cutEvents(stream: OpenStream, cut: StreamCut): Uint8Array {
  return printEvents([...cutChunks(stream, cut), ...(stream.tellsUsage ? [usageChunk(stream, cut)] : [])])
}

/** Ends a stream whose answers have all finished. */
export function endEvents(
  stream: Pick<OpenStream, 'tellsUsage' | 'head'>,
  closing: StreamClosing,
): Uint8Array {
  return printEvents(stream.tellsUsage ? [usageChunk(stream, closing)] : [])
}

function cutChunks(stream: OpenStream, cut: StreamCut): ClosingChunk[] {
  const choices = stream.openAnswers.map(({ index, hasRole }) => ({
    index,
    delta: hasRole ? {} : { role: 'assistant' as const, content: '' },
    finish_reason: 'length' as const,
  }))
  // Without a choice it would be taken for a usage chunk.
  if (choices.length === 0) return []
  return [{ ...headOf(stream, cut), choices, weir: cutWords(cut) }]
}

function usageChunk(stream: Pick<OpenStream, 'head'>, closing: StreamClosing): ClosingChunk {
  const weir = receiptWords(closing)
  return {
    ...headOf(stream, closing),
    choices: [],
    usage: printUsage(closing.usage),
    ...(weir && { weir }),
  }
}

/** What the stream's own chunks said; ours where they said nothing. */
function headOf({ head }: Pick<OpenStream, 'head'>, { requestId, model }: StreamClosing) {
  return { id: requestId, object: 'chat.completion.chunk' as const, created: 0, model, ...head }
}

function printEvents(chunks: readonly ClosingChunk[]): Uint8Array {
  const events = [...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]']
  return encoder.encode(events.map((data) => `data: ${data}\n\n`).join(''))
}
