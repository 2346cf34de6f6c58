import type { ChatCall, Part, TextPart, ToolResultPart, Turn } from '../../core/chat/call.ts'
import { invalid } from '../json-request.ts'
import {
  encodeCallPart,
  encodeMedia,
  encodeResult,
  encodeText,
  encodeThought,
  type PartWriting,
  type WirePart,
} from './encode-parts.ts'
import { skippedSignature } from './seals.ts'

interface Content {
  readonly role: 'user' | 'model'
  readonly parts: readonly WirePart[]
}

interface Contents {
  readonly systemInstruction?: { readonly parts: readonly WirePart[] }
  readonly contents: readonly Content[]
}

/** The conversation. Instructions, wherever they stand, go in front of it: Google has one place for them. */
export function encodeTurns({ system, turns }: ChatCall, writing: PartWriting): Contents {
  const said = turns.findIndex((turn) => !isInstruction(turn))
  writing.losses.addIf(said >= 0 && turns.slice(said).some(isInstruction), 'system_position')
  const instructions = [
    ...system,
    ...turns.filter(isInstruction).flatMap(({ parts }) => parts.filter(isText)),
  ]
  const systemParts = instructions.flatMap((part) => encodeText(part, writing))
  const contents = mergeTurns(
    turns.filter((turn) => !isInstruction(turn)),
    writing,
  )
  const inFront = !writing.traits.hasSystem || contents.length === 0
  if (systemParts.length === 0) return { contents }
  if (inFront) return { contents: withInFront(contents, systemParts) }
  return { systemInstruction: { parts: systemParts }, contents }
}

function isInstruction({ role, parts }: Turn): boolean {
  return role === 'system' && parts.every(isText)
}

function isText(part: Part): part is TextPart {
  return part.type === 'text'
}

/** Instructions as the first words of the user: for models without a place for them, or where they are all that is said. */
function withInFront(contents: readonly Content[], parts: readonly WirePart[]): Content[] {
  const [first, ...others] = contents
  if (first?.role === 'user') return [{ role: 'user', parts: [...parts, ...first.parts] }, ...others]
  return [{ role: 'user', parts }, ...contents]
}

interface Run<P> {
  readonly role: Content['role']
  readonly parts: readonly P[]
}

/** Neighbours of one role become one turn, also where what was between them could not be carried. */
function mergeTurns(turns: readonly Turn[], writing: PartWriting): Content[] {
  const calls = new Calls()
  const runs = joinNeighbours(
    turns.map(({ role, parts }) => ({ role: role === 'assistant' ? 'model' : 'user', parts })),
  )
  const encoded = runs.map(({ role, parts }): Content => {
    const encodeRun = role === 'model' ? encodeModel : encodeUser
    return { role, parts: encodeRun(parts, calls, writing) }
  })
  return joinNeighbours(encoded)
}

function joinNeighbours<P>(runs: readonly Run<P>[]): Run<P>[] {
  const joined: { readonly role: Content['role']; readonly parts: P[] }[] = []
  for (const { role, parts } of runs) {
    if (parts.length === 0) continue
    if (joined.at(-1)?.role !== role) joined.push({ role, parts: [] })
    for (const part of parts) joined.at(-1)?.parts.push(part)
  }
  return joined
}

/** The calls that were made so far: a result tells the name of its call, and stands in its place. */
class Calls {
  readonly #calls = new Map<string, { readonly name: string; readonly place: number }>()
  #made = 0

  add(id: string, name: string): void {
    this.#calls.set(id, { name, place: this.#made++ })
  }

  nameOf(id: string): string {
    const call = this.#calls.get(id)
    if (!call) throw invalid(`No call of a tool has the id ${id} of this result.`)
    return call.name
  }

  placeOf(id: string): number {
    return this.#calls.get(id)?.place ?? -1
  }
}

function encodeModel(parts: readonly Part[], calls: Calls, writing: PartWriting): WirePart[] {
  for (const part of parts) if (part.type === 'tool_call') calls.add(part.id, part.name)
  const encoded = withOwnSeals(parts).flatMap((part) => encodePart(part, writing))
  return writing.traits.isModern ? withFirstSigned(encoded) : encoded
}

/** A seal without text directly before a call is that of the call: some clients have no other place to keep it. */
function withOwnSeals(parts: readonly Part[]): Part[] {
  const kept: Part[] = []
  for (const part of parts) {
    const last = kept.at(-1)
    const isLoose = last?.type === 'reasoning' && last.text === '' && last.seal?.by === 'google'
    if (part.type === 'tool_call' && !part.seal && isLoose) {
      kept.pop()
      kept.push({ ...part, ...(last.seal && { seal: last.seal }) })
    } else kept.push(part)
  }
  return kept
}

/** The first call of a step must be signed: where the signature is lost, Google's word for that stands in its place. */
function withFirstSigned(parts: readonly WirePart[]): WirePart[] {
  const first = parts.findIndex((part) => part['functionCall'] !== undefined)
  return parts.map((part, index) =>
    index === first && part['thoughtSignature'] === undefined
      ? { ...part, thoughtSignature: skippedSignature }
      : part,
  )
}

/** Results come first, in the order of their calls. */
function encodeUser(parts: readonly Part[], calls: Calls, writing: PartWriting): WirePart[] {
  const results = parts
    .filter((part): part is ToolResultPart => part.type === 'tool_result')
    .toSorted((a, b) => calls.placeOf(a.callId) - calls.placeOf(b.callId))
    .map((result) => encodeResult(result, calls.nameOf(result.callId), writing))
  const responses = results.map(([response]) => response).filter((part) => part !== undefined)
  const beside = results.flatMap(([, ...media]) => media)
  const others = parts
    .filter((part) => part.type !== 'tool_result')
    .flatMap((part) => encodePart(part, writing))
  return [...responses, ...beside, ...others]
}

function encodePart(part: Part, writing: PartWriting): WirePart[] {
  switch (part.type) {
    case 'text':
      return encodeText(part, writing)
    case 'refusal':
      return part.text === '' ? [] : [{ text: part.text }]
    case 'reasoning':
      return encodeThought(part, writing)
    case 'tool_call':
      return [encodeCallPart(part, writing)]
    case 'tool_result':
      return []
    default:
      return encodeMedia(part, writing)
  }
}
