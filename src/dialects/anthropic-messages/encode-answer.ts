import type { Block, ChatAnswer } from '../../core/chat/answer.ts'
import type { Telling } from '../../core/dialect.ts'
import { noUsage } from '../../core/usage.ts'
import { printCitation } from './citations.ts'
import { emptyMessage } from './message.ts'
import { thoughtBlock } from './seals.ts'
import { printReason } from './stop-reason.ts'
import { inputOf } from './tool-input.ts'
import { printUsage } from './usage.ts'

/** An unstreamed answer as a message. */
export function encodeAnswer(answer: ChatAnswer, telling: Telling): Uint8Array {
  const reason = stopReasonOf(answer)
  const message = {
    ...emptyMessage(telling),
    content: answer.blocks.flatMap(printBlock),
    stop_reason: reason,
    stop_sequence: reason === 'stop_sequence' ? (answer.stopSequence ?? null) : null,
    stop_details: stopDetails(reason),
    usage: printUsage(answer.usage ?? noUsage),
  }
  return new TextEncoder().encode(JSON.stringify(message))
}

function stopReasonOf({ blocks, finish }: ChatAnswer): string {
  const callsTools = blocks.some(({ type }) => type === 'tool_call')
  return printReason(finish, callsTools)
}

/** A refusal is told with what is known of its cause: nothing, here. */
export function stopDetails(reason: string): object | null {
  return reason === 'refusal' ? { type: 'refusal', category: null, explanation: null } : null
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
