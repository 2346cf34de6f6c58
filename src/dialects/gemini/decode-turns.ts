import type { Part, TextPart, Turn } from '../../core/chat/call.ts'
import type { Seal } from '../../core/chat/seal.ts'
import type { Fields } from '../fields.ts'
import { isFields } from '../fields.ts'
import { invalid } from '../json-request.ts'
import { decodePart, type PartReading } from './decode-parts.ts'
import { fieldOf, flagOf, objectsOf, stringOf } from './field-names.ts'
import { sealOf } from './seals.ts'

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
  const turns = joinRuns(objectsOf(values, 'contents')).map(({ role, parts }): Turn => {
    if (role !== 'assistant') return { role, parts: parts.flatMap((part) => decodePart(part, reading)) }
    const said = joinThoughts(parts).flatMap((part) => decodePart(part, reading))
    return { role, parts: joinTexts(said) }
  })
  return turns.filter(({ parts }) => parts.length > 0)
}

interface Run {
  readonly role: Turn['role']
  readonly parts: readonly Fields[]
}

/** What the model said in one go: clients keep each chunk of a stream as a turn of its own. */
function joinRuns(contents: readonly Fields[]): Run[] {
  const runs: { readonly role: Turn['role']; readonly parts: Fields[] }[] = []
  for (const content of contents) {
    const role = roleOf(content)
    const parts = objectsOf(content, 'parts')
    const last = runs.at(-1)
    if (role === 'assistant' && last?.role === role) last.parts.push(...parts)
    else if (parts.length > 0) runs.push({ role, parts: [...parts] })
  }
  return runs
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

/** Puts together again what of a thought a stream brought in pieces, up to its seal. */
function joinThoughts(parts: readonly Fields[]): Fields[] {
  const joined: Fields[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (last && goesOn(last, part))
      joined[joined.length - 1] = {
        ...last,
        ...part,
        text: `${stringOf(last, 'text')}${stringOf(part, 'text')}`,
      }
    else joined.push(part)
  }
  return joined
}

function goesOn(last: Fields, part: Fields): boolean {
  return isThought(last) && isThought(part) && !sealOfPart(last) && !standsAlone(sealOfPart(part))
}

function isThought(part: Fields): boolean {
  return flagOf(part, 'thought') === true && stringOf(part, 'text') !== undefined
}

function sealOfPart(part: Fields): Seal | undefined {
  return sealOf(stringOf(part, 'thoughtSignature'))
}

/** Claude's thoughts have a text or a lock: what came before a lock is another one. */
function standsAlone(seal: Seal | undefined): boolean {
  return seal?.by === 'anthropic' && seal.locked === true
}

function joinTexts(parts: readonly Part[]): Part[] {
  const joined: Part[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (part.type === 'text' && last?.type === 'text')
      joined[joined.length - 1] = { ...part, text: last.text + part.text }
    else joined.push(part)
  }
  return joined
}
