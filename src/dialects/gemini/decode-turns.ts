import type { Part, TextPart, Turn } from '../../core/chat/call.ts'
import type { Fields } from '../fields.ts'
import { isFields } from '../fields.ts'
import { invalid } from '../json-request.ts'
import { decodePart, type PartReading } from './decode-parts.ts'
import { fieldOf, objectsOf, stringOf } from './field-names.ts'

export function decodeSystem(values: Fields): TextPart[] {
  const system = fieldOf(values, 'systemInstruction')
  if (system === undefined) return []
  if (typeof system === 'string') return [{ type: 'text', text: system }]
  if (!isFields(system)) throw invalid('systemInstruction must be an object.', 'systemInstruction')
  return objectsOf(system, 'parts').flatMap((part) => {
    const text = stringOf(part, 'text')
    if (text === undefined) throw invalid('systemInstruction takes text only.', 'systemInstruction')
    return text === '' ? [] : [{ type: 'text', text }]
  })
}

/** Clients keep an empty turn where the model said nothing: nobody else takes one. */
export function decodeTurns(values: Fields, reading: PartReading): Turn[] {
  const turns = objectsOf(values, 'contents').map((content): Turn => {
    const role = roleOf(content)
    const parts = objectsOf(content, 'parts').flatMap((part) => decodePart(part, reading))
    return { role, parts: role === 'assistant' ? joinPieces(parts) : parts }
  })
  return turns.filter(({ parts }) => parts.length > 0)
}

const roles: ReadonlyMap<string, Turn['role']> = new Map([
  ['user', 'user'],
  ['model', 'assistant'],
  // What results of functions came as in Google's first version.
  ['function', 'user'],
])

function roleOf(content: Fields): Turn['role'] {
  const role = roles.get(stringOf(content, 'role') || 'user')
  if (!role) throw invalid('role must be user or model.', 'contents')
  return role
}

/** Puts together again what a stream brought in pieces: a text, or a thought up to its seal. */
function joinPieces(parts: readonly Part[]): Part[] {
  const joined: Part[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (part.type === 'text' && last?.type === 'text')
      joined[joined.length - 1] = { ...part, text: last.text + part.text }
    else if (part.type === 'reasoning' && last?.type === 'reasoning' && !last.seal)
      joined[joined.length - 1] = { ...part, text: last.text + part.text }
    else joined.push(part)
  }
  return joined
}
