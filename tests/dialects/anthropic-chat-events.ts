import type { ChatEvent, Finish } from '../../src/core/chat/answer.ts'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/dialect.ts'
import { dataIn, telling } from './anthropic-events.ts'

export const encoderFor = (holdEnd = false) => anthropicMessages.encodeStream(telling, { holdEnd })
/** The events of a stream, as short as they can be told. */
export const told = (stream: string) => dataIn(stream).map(brief)

function brief(data: Record<string, unknown>): string {
  const { type, index, content_block, delta } = data as {
    type: string
    index?: number
    content_block?: { type: string; name?: string; data?: string }
    delta?: Record<string, string>
  }
  const { type: kind = '', ...said } = delta ?? {}
  if (type === 'content_block_start')
    return [`+${index}`, content_block?.type, content_block?.name ?? content_block?.data]
      .filter(Boolean)
      .join(' ')
  if (type === 'content_block_stop') return `-${index}`
  if (type === 'content_block_delta') return `${index} ${kind}: ${Object.values(said).join()}`
  return type
}

export const block = (index: number, type: 'text' | 'reasoning' = 'text'): ChatEvent => ({
  type: 'block',
  index,
  block: { type },
})
export const call = (index: number, name: string): ChatEvent => ({
  type: 'block',
  index,
  block: { type: 'tool_call', id: `id_${name}`, name, kind: 'function' },
})
export const delta = (index: number, text: string): ChatEvent => ({ type: 'delta', index, text })
export const end = (index: number): ChatEvent => ({ type: 'block_end', index })
export const finish = (finish: Finish): ChatEvent => ({ type: 'finish', finish })
export const over: ChatEvent = { type: 'end' }
