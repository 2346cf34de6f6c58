import type { BlockStart, ChatEvent } from '../../core/chat/answer.ts'
import type { Seal } from '../../core/chat/seal.ts'
import { printCitation } from './citations.ts'
import { mediaText } from './encode-answer.ts'
import { printEvent } from './events.ts'
import { printBlockStop } from './message.ts'
import { printSeal, thoughtBlock } from './seals.ts'
import { inputOf } from './tool-input.ts'

/** What belongs to a block. */
export type BlockEvent = Extract<ChatEvent, { readonly index: number }>

interface Place {
  /** The next number in the sequence of blocks that the caller sees. */
  readonly claim: () => number
  /** The seal of the block, where it is known before. */
  readonly seal: Seal | undefined
}

/** Writes one block. What never gets content is never begun, but for a call. */
export class BlockWriter {
  readonly #start: BlockStart
  readonly #claim: () => number
  #seal: Seal | undefined
  /** Its number, once it was begun. */
  #index: number | undefined
  /** The text of a tool that takes plain text: it can only be told whole. */
  #plainInput = ''

  constructor(start: BlockStart, { claim, seal }: Place) {
    this.#start = start
    this.#claim = claim
    this.#seal = start.type === 'tool_call' ? seal : undefined
  }

  begin(): string {
    const start = this.#start
    if (start.type === 'image' || start.type === 'audio') return this.#text(mediaText(start))
    if (start.type !== 'tool_call') return ''
    const before = this.#seal ? this.#whole(thoughtBlock('', this.#seal)) : ''
    return before + this.#open({ type: 'tool_use', id: start.id, name: start.name, input: {} })
  }

  write(event: BlockEvent): string {
    switch (event.type) {
      case 'delta':
        return event.text === '' ? '' : this.#delta(event.text)
      case 'citation':
        return (
          this.#begunText() +
          this.#print({ type: 'citations_delta', citation: printCitation(event.citation) })
        )
      case 'seal':
        this.#seal = event.seal
        return ''
      default:
        return ''
    }
  }

  end(): string {
    const last = this.#last()
    return this.#index === undefined ? last : last + printBlockStop(this.#index)
  }

  /** What is told of a block only when it ends. */
  #last(): string {
    const { type } = this.#start
    if (type === 'tool_call' && this.#plainInput !== '') {
      const input = inputOf({ kind: 'custom', arguments: this.#plainInput })
      return this.#print({ type: 'input_json_delta', partial_json: JSON.stringify(input) })
    }
    if (type !== 'reasoning' || !this.#seal) return ''
    const block = thoughtBlock('', this.#seal)
    if (this.#index === undefined && block.type === 'redacted_thinking') return this.#whole(block)
    return this.#begunThought() + this.#print({ type: 'signature_delta', signature: printSeal(this.#seal) })
  }

  #delta(text: string): string {
    const start = this.#start
    if (start.type === 'reasoning')
      return this.#begunThought() + this.#print({ type: 'thinking_delta', thinking: text })
    if (start.type !== 'tool_call') return this.#text(text)
    if (start.kind === 'function') return this.#print({ type: 'input_json_delta', partial_json: text })
    this.#plainInput += text
    return ''
  }

  #text(text: string): string {
    return this.#begunText() + this.#print({ type: 'text_delta', text })
  }

  #begunText(): string {
    return this.#index === undefined ? this.#open({ type: 'text', text: '', citations: null }) : ''
  }

  #begunThought(): string {
    return this.#index === undefined ? this.#open({ type: 'thinking', thinking: '', signature: '' }) : ''
  }

  #open(content_block: object): string {
    this.#index = this.#claim()
    return printEvent({ type: 'content_block_start', index: this.#index, content_block })
  }

  /** A block of its own, before this one. */
  #whole(content_block: object): string {
    const index = this.#claim()
    return printEvent({ type: 'content_block_start', index, content_block }) + printBlockStop(index)
  }

  #print(delta: object): string {
    return printEvent({ type: 'content_block_delta', index: this.#index, delta })
  }
}
