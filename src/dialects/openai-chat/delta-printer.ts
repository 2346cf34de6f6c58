import type { BlockStart, TokenLogprob } from '../../core/chat/answer.ts'
import type { Citation } from '../../core/chat/citation.ts'
import type { Seal } from '../../core/chat/seal.ts'
import { printAnnotations } from './annotations.ts'
import type { BlockEvent } from './block-order.ts'
import { audioOf } from './encode-answer.ts'
import { printLogprobs } from './logprobs.ts'
import { printImage } from './message-text.ts'
import { printDetail, type Place } from './reasoning-details.ts'
import { printCallDelta, printNamed, type CallDelta } from './tool-calls.ts'

/** What one chunk adds to the message. */
export interface Delta {
  readonly delta: object
  readonly logprobs?: object
}

interface PrintedBlock {
  readonly start: BlockStart
  /** Among the blocks of its kind. */
  readonly position: number
  /** What of the message stands in front of it. */
  readonly after: Place
  text: string
  readonly citations: Citation[]
  seal?: Seal
}

interface PrinterOptions {
  readonly id: string
  /** Whether the caller knows one function call only, under its old name. */
  readonly old: boolean
}

/** Words the events of blocks, in order, as deltas of a message. */
export class DeltaPrinter {
  readonly #options: PrinterOptions
  readonly #blocks = new Map<number, PrintedBlock>()
  readonly #counts = new Map<string, number>()
  /** UTF-16 units of the text blocks that ended. */
  #textLength = 0
  /** The last thought, if it was not told whole: it is, as soon as another begins. */
  #untold: PrintedBlock | undefined

  constructor(options: PrinterOptions) {
    this.#options = options
  }

  get callsTools(): boolean {
    return this.#counts.has('tool_call')
  }

  print(event: BlockEvent): Delta[] {
    if (event.type === 'block') return this.#begin(event.index, event.block)
    const block = this.#blocks.get(event.index)
    if (!block) return []
    switch (event.type) {
      case 'delta':
        block.text += event.text
        return this.#say(block, event.text, event.logprobs)
      case 'seal':
        return this.#seal(block, event.seal)
      case 'citation':
        block.citations.push(event.citation)
        return []
      default:
        this.#blocks.delete(event.index)
        return this.#end(block)
    }
  }

  #begin(index: number, start: BlockStart): Delta[] {
    const position = this.#counts.get(start.type) ?? 0
    this.#counts.set(start.type, position + 1)
    const after = { text: this.#textLength, calls: this.#counts.get('tool_call') ?? 0 }
    this.#blocks.set(index, { start, position, after, text: '', citations: [] })
    switch (start.type) {
      case 'reasoning':
        return this.#tell()
      case 'tool_call':
        return this.#call(position, { ...start, text: '' })
      case 'image':
        return [{ delta: { images: [{ index: position, ...printImage(start) }] } }]
      case 'audio':
        return position > 0 ? [] : [{ delta: { audio: audioOf(start.data, this.#options.id) } }]
      default:
        return []
    }
  }

  #say(block: PrintedBlock, text: string, logprobs: readonly TokenLogprob[] = []): Delta[] {
    if (text === '' && logprobs.length === 0) return []
    const { start, position } = block
    switch (start.type) {
      case 'text':
        return [{ delta: { content: text }, ...withLogprobs(printLogprobs(logprobs)) }]
      case 'refusal':
        return [{ delta: { refusal: text }, ...withLogprobs(printLogprobs([], logprobs)) }]
      case 'reasoning':
        return [{ delta: { reasoning_content: text } }]
      case 'tool_call':
        return this.#call(position, { kind: start.kind, text })
      default:
        return []
    }
  }

  #seal(block: PrintedBlock, seal: Seal): Delta[] {
    block.seal = seal
    const { start, position } = block
    return start.type === 'tool_call' ? this.#call(position, { kind: start.kind, seal }) : []
  }

  /** A caller of functions knows neither ids nor a second call. */
  #call(position: number, call: CallDelta): Delta[] {
    if (!this.#options.old) return [{ delta: { tool_calls: [printCallDelta(position, call)] } }]
    const named = position === 0 ? printNamed(call) : undefined
    return named ? [{ delta: { function_call: named } }] : []
  }

  #end(block: PrintedBlock): Delta[] {
    if (block.start.type === 'reasoning') return this.#endThought(block)
    if (block.start.type !== 'text') return []
    const { text, citations } = block
    const annotations = printAnnotations({ offset: this.#textLength, length: text.length, citations })
    this.#textLength += text.length
    return annotations.length > 0 ? [{ delta: { annotations } }] : []
  }

  #endThought(block: PrintedBlock): Delta[] {
    if (block.seal) return [detailOf(block)]
    this.#untold = block
    return []
  }

  /** Without this nobody could tell where one thought ends and the next, which may be sealed, begins. */
  #tell(): Delta[] {
    const thought = this.#untold
    this.#untold = undefined
    return thought ? [detailOf(thought)] : []
  }
}

function detailOf({ text, seal, after, position }: PrintedBlock): Delta {
  return { delta: { reasoning_details: [printDetail({ text, after, ...(seal && { seal }) }, position)] } }
}

function withLogprobs(logprobs: object | undefined) {
  return logprobs && { logprobs }
}
