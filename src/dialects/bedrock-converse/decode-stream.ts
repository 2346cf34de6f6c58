import type { BlockStart, ChatEvent } from '../../core/chat/answer.ts'
import type { StreamDecoder } from '../../core/dialect.ts'
import { countOf, fieldsOf, isFields, parseJson, textOf, type Fields } from '../fields.ts'
import { convertUsage, endingOf, readCitation } from './facts.ts'
import { FrameReader, newsOf, type FrameNews } from './frames.ts'
import { locked, signed } from './seals.ts'

/** A block under way. */
interface OpenBlock {
  /** Its place among the blocks that were told. */
  readonly index: number
  readonly type: BlockStart['type']
  /** Whether anything of its arguments came: a call of a tool without any brings nothing, or an empty text. */
  hasArguments: boolean
  signature: string
  /** A thought under lock, in the pieces in which it comes. */
  readonly hidden: string[]
}

interface Begun {
  readonly block: OpenBlock
  /** That it begins, where it did. */
  readonly events: ChatEvent[]
}

/** Reads ConverseStream. Only calls of tools are announced; other blocks begin with the first that comes of them. */
export class ConverseDecoder implements StreamDecoder {
  readonly #frames = new FrameReader()
  /** By the provider's index. */
  readonly #open = new Map<number, OpenBlock>()
  #blocks = 0
  #calledTools = false
  #finished = false
  /** Whether nothing more is to be told. */
  #closed = false

  push(bytes: Uint8Array): ChatEvent[] {
    const events = this.#frames.push(bytes).flatMap((frame) => this.#read(newsOf(frame)))
    if (this.#frames.broken && !this.#closed) events.push(...this.#fail('BrokenEventStream'))
    return events
  }

  rest(): ChatEvent[] {
    if (this.#closed || !this.#finished || this.#frames.isCutOff) return []
    return this.#end()
  }

  #read(news: FrameNews): ChatEvent[] {
    if (this.#closed) return []
    if (news.type === 'exception') return this.#fail(news.code)
    const payload = parseJson(news.payload)
    return isFields(payload) ? this.#readEvent(news.name, payload) : []
  }

  #readEvent(name: string, payload: Fields): ChatEvent[] {
    if (name === 'metadata') return this.#meter(payload)
    if (this.#finished) return []
    switch (name) {
      case 'messageStart':
        return [{ type: 'start' }]
      case 'contentBlockStart':
        return this.#start(indexOf(payload), fieldsOf(payload, 'start'))
      case 'contentBlockDelta':
        return this.#delta(indexOf(payload), fieldsOf(payload, 'delta'))
      case 'contentBlockStop':
        return this.#stop(indexOf(payload))
      case 'messageStop':
        return this.#finish(payload)
      default:
        return []
    }
  }

  #start(index: number, start: Fields): ChatEvent[] {
    const { toolUse } = start
    if (!isFields(toolUse)) return []
    this.#calledTools = true
    const id = textOf(toolUse, 'toolUseId') ?? ''
    const name = textOf(toolUse, 'name') ?? ''
    return this.#begin(index, { type: 'tool_call', id, name, kind: 'function' }).events
  }

  #delta(index: number, delta: Fields): ChatEvent[] {
    const { text, toolUse, reasoningContent, citation } = delta
    if (typeof text === 'string') return this.#text(index, 'text', text)
    if (isFields(toolUse)) return this.#arguments(index, textOf(toolUse, 'input') ?? '')
    if (isFields(reasoningContent)) return this.#thought(index, reasoningContent)
    const cited = readCitation(citation)
    if (!cited) return []
    const { events, block } = this.#within(index, 'text')
    return [...events, { type: 'citation', index: block.index, citation: cited }]
  }

  #text(index: number, type: 'text' | 'reasoning', text: string): ChatEvent[] {
    if (text === '') return []
    const { events, block } = this.#within(index, type)
    return [...events, { type: 'delta', index: block.index, text }]
  }

  #arguments(index: number, text: string): ChatEvent[] {
    const block = this.#open.get(index)
    if (block?.type !== 'tool_call' || text === '') return []
    block.hasArguments = true
    return [{ type: 'delta', index: block.index, text }]
  }

  #thought(index: number, thought: Fields): ChatEvent[] {
    const signature = textOf(thought, 'signature') ?? ''
    // It had another name once.
    const hidden = textOf(thought, 'redactedContent') ?? textOf(thought, 'data') ?? ''
    const told = this.#text(index, 'reasoning', textOf(thought, 'text') ?? '')
    if (signature === '' && hidden === '') return told
    const { events, block } = this.#within(index, 'reasoning')
    block.signature += signature
    if (hidden !== '') block.hidden.push(hidden)
    return [...told, ...events]
  }

  /** The block of this kind at a place, which begins if it is not under way. */
  #within(index: number, type: 'text' | 'reasoning'): Begun {
    const block = this.#open.get(index)
    return block?.type === type ? { block, events: [] } : this.#begin(index, { type })
  }

  /** What else was at that place ends. */
  #begin(index: number, start: BlockStart): Begun {
    const events = this.#stop(index)
    const block: OpenBlock = {
      index: this.#blocks++,
      type: start.type,
      hasArguments: false,
      signature: '',
      hidden: [],
    }
    this.#open.set(index, block)
    return { block, events: [...events, { type: 'block', index: block.index, block: start }] }
  }

  #stop(index: number): ChatEvent[] {
    const block = this.#open.get(index)
    if (!block) return []
    this.#open.delete(index)
    const seal = sealOf(block)
    const isBare = block.type === 'tool_call' && !block.hasArguments
    return [
      ...(isBare ? [{ type: 'delta', index: block.index, text: '{}' } as const] : []),
      ...(seal ? [{ type: 'seal', index: block.index, seal } as const] : []),
      { type: 'block_end', index: block.index },
    ]
  }

  #finish(payload: Fields): ChatEvent[] {
    const endings = [...this.#open.keys()].flatMap((index) => this.#stop(index))
    this.#finished = true
    return [...endings, { type: 'finish', ...endingOf(payload, this.#calledTools) }]
  }

  /** It comes last, after the answer finished. */
  #meter(payload: Fields): ChatEvent[] {
    const usage = convertUsage(payload['usage'])
    return [...(usage ? [{ type: 'usage', usage } as const] : []), ...(this.#finished ? this.#end() : [])]
  }

  #end(): ChatEvent[] {
    this.#closed = true
    return [{ type: 'end' }]
  }

  #fail(code: string): ChatEvent[] {
    this.#closed = true
    return [{ type: 'error', code }]
  }
}

function indexOf(payload: Fields): number {
  return countOf(payload, 'contentBlockIndex') ?? 0
}

function sealOf({ signature, hidden }: OpenBlock) {
  if (signature !== '') return signed(signature)
  return hidden.length > 0 ? locked(hidden) : undefined
}
