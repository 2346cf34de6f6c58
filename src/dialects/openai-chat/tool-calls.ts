import type { Seal } from '../../core/chat/seal.ts'
import { isFields, textOf, type Fields } from '../fields.ts'
import { printCallSeal } from './reasoning-details.ts'

/** What a call of a tool, or a delta of one, says. */
export interface CallFacts {
  /** Absent where it is empty: some vendors have no ids. */
  readonly id?: string
  readonly name?: string
  readonly kind: 'function' | 'custom'
  readonly arguments: string
}

export function readCall(call: Fields): CallFacts {
  const kind = call['type'] === 'custom' || isFields(call['custom']) ? 'custom' : 'function'
  const named = isFields(call[kind]) ? call[kind] : {}
  const id = textOf(call, 'id') ?? ''
  const name = textOf(named, 'name') ?? ''
  return {
    ...(id !== '' && { id }),
    ...(name !== '' && { name }),
    kind,
    arguments: argumentsText(named[inputNames[kind]]),
  }
}

/** Where the arguments are, by kind. */
const inputNames = { function: 'arguments', custom: 'input' } as const

/** A text of JSON; some vendors send the object itself. */
function argumentsText(value: unknown): string {
  if (typeof value === 'string') return value
  return isFields(value) ? JSON.stringify(value) : ''
}

const idLength = 24

/** An id for a call that came without: one that no other answer's call has, in letters that every provider takes. */
export function makeCallId(answerId: string | undefined, position: number): string {
  const owner = (answerId ?? '').replaceAll(/[^A-Za-z0-9]/g, '').slice(-idLength)
  return `call_${owner}_${position}`
}

/** What is told of a call, at once or bit by bit. */
export interface CallDelta {
  readonly kind: 'function' | 'custom'
  readonly id?: string
  readonly name?: string
  readonly text?: string
  readonly seal?: Seal
}

export function printCallDelta(index: number, call: CallDelta): object {
  return { index, ...printCall(call) }
}

export function printCall(call: CallDelta) {
  const { id, kind, seal } = call
  const named = printNamed(call)
  return {
    ...(id !== undefined && { id, type: kind }),
    ...(named && { [kind]: named }),
    ...(seal && { extra_content: printCallSeal(seal) }),
  }
}

/** Which function is called, and with what. */
export function printNamed({ kind, name, text }: CallDelta): object | undefined {
  if (text === undefined) return undefined
  return { ...(name !== undefined && { name }), [inputNames[kind]]: text }
}
