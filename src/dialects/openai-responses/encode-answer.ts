import type { Block, ChatAnswer, ChatEvent } from '../../core/chat/answer.ts'
import type { Telling } from '../../core/dialect.ts'
import { ResponsesStreamEncoder } from './encode-stream.ts'

const encoder = new TextEncoder()

/** Writes an answer that came whole: as the response that its stream would end with. */
export function encodeAnswer(answer: ChatAnswer, telling: Telling): Uint8Array {
  const stream = new ResponsesStreamEncoder(telling)
  stream.push(eventsOf(answer))
  return encoder.encode(JSON.stringify(stream.response))
}

/** The last block stays open: it is only as complete as the answer. */
function eventsOf({ blocks, finish, usage }: ChatAnswer): ChatEvent[] {
  return [
    ...blocks.flatMap((block, index) => [
      ...blockEvents(block, index),
      ...(index < blocks.length - 1 ? [{ type: 'block_end' as const, index }] : []),
    ]),
    ...(usage ? [{ type: 'usage' as const, usage }] : []),
    { type: 'finish', finish },
    { type: 'end' },
  ]
}

function blockEvents(block: Block, index: number): ChatEvent[] {
  switch (block.type) {
    case 'text':
    case 'refusal': {
      const { type, text, citations = [], logprobs } = block
      const told = citations.map((citation) => ({ type: 'citation' as const, index, citation }))
      return [
        { type: 'block', index, block: { type } },
        { type: 'delta', index, text, ...(logprobs && { logprobs }) },
        ...told,
      ]
    }
    case 'reasoning': {
      const { type, text, seal } = block
      const begun: ChatEvent[] = [
        { type: 'block', index, block: { type } },
        { type: 'delta', index, text },
      ]
      return seal ? [...begun, { type: 'seal', index, seal }] : begun
    }
    case 'tool_call': {
      const { seal, arguments: text, ...start } = block
      const begun: ChatEvent[] = [
        { type: 'block', index, block: start },
        { type: 'delta', index, text },
      ]
      return seal ? [...begun, { type: 'seal', index, seal }] : begun
    }
    default:
      return [{ type: 'block', index, block }]
  }
}
