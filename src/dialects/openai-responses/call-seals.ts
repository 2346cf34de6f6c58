import type { Block } from '../../core/chat/answer.ts'
import type { Part } from '../../core/chat/call.ts'
import type { Seal } from '../../core/chat/seal.ts'

/** A seal of Google's by itself: it belongs to a call of a tool, as items of calls have no place for one. */
export function loneSeal(part: Part | Block): Seal | undefined {
  return part.type === 'reasoning' && part.text === '' && part.seal?.by === 'google' ? part.seal : undefined
}

/** Gives each call the seal that names it, or that stands in front of it. */
export function giveSealsToCalls<T extends Part | Block>(parts: readonly T[]): T[] {
  const calls = new Set(parts.flatMap((part) => (part.type === 'tool_call' ? [part.id] : [])))
  const seals = new Map<string, Seal>()
  const others = parts.filter((part, at) => {
    const seal = loneSeal(part)
    const next = parts[at + 1]
    const id = seal?.id ?? (next?.type === 'tool_call' ? next.id : undefined)
    if (!seal || id === undefined || !calls.has(id)) return true
    seals.set(id, unnamed(seal))
    return false
  })
  return others.map((part) => {
    const seal = part.type === 'tool_call' ? seals.get(part.id) : undefined
    return seal ? { ...part, seal } : part
  })
}

/** A seal without the call that it names. */
export function unnamed({ by, value }: Seal): Seal {
  return { by, value }
}
