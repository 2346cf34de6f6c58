import type { Block } from '../../core/chat/answer.ts'
import type { Seal } from '../../core/chat/seal.ts'
import { argsOf, type WirePart } from './encode-parts.ts'
import { signatureOf } from './seals.ts'

/**
 * Prints the blocks of an answer as parts, one after the other. Who did not ask for thoughts gets none; but what a provider needs to
 * have back of them travels as the signature of the next part.
 */
export class PartPrinter {
  readonly #showsThoughts: boolean
  #carried: string | undefined

  constructor(showsThoughts: boolean) {
    this.#showsThoughts = showsThoughts
  }

  /** Whether the text of a thought can go down as it comes. */
  get showsThoughts(): boolean {
    return this.#showsThoughts
  }

  whole(block: Block): WirePart[] {
    switch (block.type) {
      case 'text':
      case 'refusal':
        return block.text === '' ? [] : [this.text(block.text)]
      case 'reasoning':
        return this.#thought(block.text, block.seal)
      case 'tool_call':
        return this.#call(block)
      default:
        return [{ inlineData: { mimeType: block.mediaType, data: block.data } }]
    }
  }

  text(text: string): WirePart {
    const signature = this.#carried
    this.#carried = undefined
    return signature === undefined ? { text } : { text, thoughtSignature: signature }
  }

  /** A signature that no part came for. */
  rest(): WirePart[] {
    return this.#carried === undefined ? [] : [this.text('')]
  }

  #thought(text: string, seal: Seal | undefined): WirePart[] {
    const signature = seal && { thoughtSignature: signatureOf(seal) }
    if (this.#showsThoughts || (seal && seal.locked !== true && text !== ''))
      return text === '' && !seal ? [] : [...this.rest(), { text, thought: true, ...signature }]
    if (!signature) return []
    const before = this.rest()
    this.#carried = signature.thoughtSignature
    return before
  }

  #call(call: Block & { type: 'tool_call' }): WirePart[] {
    const before = call.seal ? this.rest() : []
    const thoughtSignature = call.seal ? signatureOf(call.seal) : this.#carried
    this.#carried = undefined
    const functionCall = { id: call.id, name: call.name, args: argsOf(call) }
    return [...before, { functionCall, ...(thoughtSignature !== undefined && { thoughtSignature }) }]
  }
}
