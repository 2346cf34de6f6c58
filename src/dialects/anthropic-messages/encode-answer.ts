import type { Block, ChatAnswer } from '../../core/chat/answer.ts'
import type { Telling } from '../../core/dialect.ts'
import { noUsage } from '../../core/usage.ts'
import { printCitation } from './citations.ts'
import { emptyMessage } from './message.ts'
import { thoughtBlock } from './seals.ts'
import { printEnding } from './stop-reason.ts'
import { inputOf } from './tool-input.ts'
import { printUsage } from './usage.ts'

/** An unstreamed answer as a message. */
export function encodeAnswer(answer: ChatAnswer, telling: Telling): Uint8Array {
  const callsTools = answer.blocks.some(({ type }) => type === 'tool_call')
  const message = {
    ...emptyMessage(telling),
    content: answer.blocks.flatMap(printBlock),
    ...printEnding({ ...answer, callsTools }, telling.request),
    usage: printUsage(answer.usage ?? noUsage),
  }
  return new TextEncoder().encode(JSON.stringify(message))
}

function printBlock(block: Block): object[] {
  switch (block.type) {
    case 'text':
    case 'refusal': {
      const citations = block.citations?.map(printCitation) ?? null
      return block.text === '' ? [] : [{ type: 'text', text: block.text, citations }]
    }
    case 'reasoning':
      return block.text === '' && !block.seal ? [] : [thoughtBlock(block.text, block.seal)]
    case 'tool_call': {
      const { id, name, seal } = block
      const call = { type: 'tool_use', id, name, input: inputOf(block) }
      return seal ? [thoughtBlock('', seal), call] : [call]
    }
    default:
      return [{ type: 'text', text: mediaText(block), citations: null }]
  }
}

/** An image or a sound that a model made, where messages have no place for it: as a link in Markdown. */
export function mediaText(media: { type: string; mediaType: string; data: string }): string {
  return `![${media.type}](data:${media.mediaType};base64,${media.data})`
}
