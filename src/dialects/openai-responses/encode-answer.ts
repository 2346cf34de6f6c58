import { eventsOf } from '../../core/chat/assemble.ts'
import type { ChatAnswer } from '../../core/chat/answer.ts'
import type { Telling } from '../../core/dialect.ts'
import { ResponsesStreamEncoder } from './encode-stream.ts'

const encoder = new TextEncoder()

/** Writes an answer that came whole: as the response that its stream would end with. */
export function encodeAnswer(answer: ChatAnswer, telling: Telling): Uint8Array {
  const stream = new ResponsesStreamEncoder(telling)
  const events = eventsOf(answer)
  // The last block stays open: it is only as complete as the answer.
  const last = events.findLastIndex(({ type }) => type === 'block_end')
  stream.push(events.filter((_, at) => at !== last))
  return encoder.encode(JSON.stringify(stream.response))
}
