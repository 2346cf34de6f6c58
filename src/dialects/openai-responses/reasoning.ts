import type { ReasoningPart } from '../../core/chat/call.ts'
import { packSeal, unpackSeal, type Seal } from '../../core/chat/seal.ts'
import { isFields, listOf, textOf, type Fields } from '../fields.ts'

/** What stands between the parts of a summary. */
export const summaryBreak = '\n\n'

/** Reads an item of thought; undefined if there is nothing in it. The summary stands for the thought where that is not told. */
export function decodeReasoning(item: Fields): ReasoningPart | undefined {
  const thought = textsOf(item, 'content').join('')
  const text = thought === '' ? textsOf(item, 'summary').join(summaryBreak) : thought
  const seal = decodeSeal(item, text !== '')
  if (text === '' && !seal) return undefined
  return { type: 'reasoning', text, ...(seal && { seal }) }
}

function textsOf(item: Fields, name: string): string[] {
  return listOf(item, name).flatMap((part) => (isFields(part) ? (textOf(part, 'text') ?? []) : []))
}

/** The seal of an item of thought. OpenAI's own is the thought itself under lock: a summary beside it is not all of it. */
export function decodeSeal(item: Fields, hasText: boolean): Seal | undefined {
  const sealed = textOf(item, 'encrypted_content') ?? ''
  if (sealed === '') return undefined
  const seal = unpackSeal(sealed, 'openai')
  if (seal.by !== 'openai') return seal
  const id = textOf(item, 'id')
  return { ...seal, ...(id !== undefined && { id }), ...(!hasText && { locked: true }) }
}

/** What stands in `encrypted_content`: OpenAI's own as it is, another maker's packed. */
export function encodeSeal(seal: Seal): string {
  return seal.by === 'openai' ? seal.value : packSeal(seal)
}
