import type { Block, ChatAnswer } from '../../core/chat/answer.ts'
import type { Telling } from '../../core/dialect.ts'
import { PartPrinter } from './answer-parts.ts'
import { printFinish } from './finish.ts'
import { GroundingPrinter } from './grounding.ts'
import { printLogprobs } from './logprobs.ts'
import type { GeminiRequest } from './read-request.ts'
import { printUsage } from './usage.ts'

const encoder = new TextEncoder()

/** A whole answer in Google's words. */
export function encodeAnswer(answer: ChatAnswer, telling: Telling): Uint8Array {
  const { showsThoughts } = telling.request as GeminiRequest
  const printer = new PartPrinter(showsThoughts)
  const parts = [...answer.blocks.flatMap((block) => printer.whole(block)), ...printer.rest()]
  const texts = answer.blocks.filter(isText)
  const grounding = new GroundingPrinter()
  for (const { text, citations = [] } of texts) grounding.add(text, citations)
  const candidate = {
    content: { role: 'model', parts },
    finishReason: printFinish(answer.finish),
    index: 0,
    ...grounding.field,
    ...printLogprobs(texts.flatMap(({ logprobs = [] }) => logprobs)),
  }
  const body = {
    candidates: [candidate],
    ...(answer.usage && { usageMetadata: printUsage(answer.usage) }),
    modelVersion: telling.model,
    responseId: telling.requestId,
  }
  return encoder.encode(JSON.stringify(body))
}

function isText(block: Block): block is Block & { readonly type: 'text' | 'refusal' } {
  return block.type === 'text' || block.type === 'refusal'
}
