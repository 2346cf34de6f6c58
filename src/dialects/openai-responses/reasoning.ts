import type { ReasoningPart } from '../../core/chat/call.ts'
import { packSeal, unpackSeal, type Seal } from '../../core/chat/seal.ts'
import { isFields, listOf, textOf, type Fields } from '../fields.ts'
import { said } from '../said.ts'

/** What stands between the parts of a summary. */
export const summaryBreak = '\n\n'

/** Reads an item of thought; undefined if there is nothing in it. The summary stands for the thought where that is not told. */
export function decodeReasoning(item: Fields): ReasoningPart | undefined {
  const thought = textsOf(item, 'content').join('')
  const text = thought === '' ? textsOf(item, 'summary').join(summaryBreak) : thought
  const seal = decodeSeal(item)
  if (text === '' && !seal) return undefined
  return { type: 'reasoning', text, ...(seal && { seal }) }
}

function textsOf(item: Fields, name: string): string[] {
  return listOf(item, name).flatMap((part) => (isFields(part) ? (textOf(part, 'text') ?? []) : []))
}

/** OpenAI's own seal is the thought itself under lock, whatever is told of it in a summary. */
function decodeSeal(item: Fields): Seal | undefined {
  const sealed = textOf(item, 'encrypted_content') ?? ''
  if (sealed === '') return undefined
  const seal = unpackSeal(sealed, 'openai')
  if (seal.by !== 'openai' || seal.value !== sealed) return seal
  return { ...seal, ...said({ id: textOf(item, 'id') }), locked: true }
}

/** What stands in `encrypted_content` of an item: OpenAI's own seal of this very item as it is, any other packed. */
export function encodeSeal(seal: Seal, itemId: string): string {
  const isOwn = seal.by === 'openai' && seal.id === itemId && seal.locked === true
  return isOwn ? seal.value : packSeal(seal)
}

/** The item as OpenAI knows it: its own seal unpacked; undefined where it could only take another's, or one that it had to keep itself. */
export function forOpenAi(item: Fields): Fields | undefined {
  const sealed = textOf(item, 'encrypted_content') ?? ''
  if (sealed === '') return listOf(item, 'content').length > 0 ? item : undefined
  const seal = unpackSeal(sealed, 'openai')
  if (seal.by !== 'openai') return undefined
  if (seal.value === sealed) return item
  const { id: _, ...rest } = item
  return { ...said({ id: seal.id }), ...rest, encrypted_content: seal.value }
}
