import type { Block, ChatAnswer, ChatEvent, Finish } from '../../core/chat/answer.ts'
import type { Usage } from '../../core/usage.ts'
import { AnswerReader } from './answer-reader.ts'
import { BlockLine, wholeBlock } from './block-line.ts'
import { parseAnswer } from './read-answer.ts'

/** Reads a whole answer; undefined if it is none. */
export function decodeAnswer(body: Uint8Array): ChatAnswer | undefined {
  const answer = parseAnswer(body)
  if (!answer) return undefined
  const reader = new AnswerReader()
  return assemble([...reader.read(answer), ...reader.end()])
}

/** The answer that a stream of events tells. */
function assemble(events: readonly ChatEvent[]): ChatAnswer {
  const line = new BlockLine()
  let [id, model]: (string | undefined)[] = []
  let usage: Usage | undefined
  let finish: Finish = 'stop'
  for (const event of events) {
    if (event.type === 'start') [id, model] = [event.id, event.model]
    if (event.type === 'usage') usage = event.usage
    if (event.type === 'finish') finish = event.finish
    line.take(event)
  }
  return {
    ...(id !== undefined && { id }),
    ...(model !== undefined && { model }),
    blocks: blocksOf(line),
    finish,
    ...(usage && { usage }),
  }
}

function blocksOf(line: BlockLine): Block[] {
  const blocks: Block[] = []
  for (let block = line.front; block; block = line.front) {
    const { citations, logprobs } = block
    const whole = wholeBlock(block)
    const beside = {
      ...(citations.length > 0 && { citations }),
      ...(logprobs.length > 0 && { logprobs }),
    }
    blocks.push(whole.type === 'text' ? { ...whole, ...beside } : whole)
    line.next()
  }
  return blocks
}
