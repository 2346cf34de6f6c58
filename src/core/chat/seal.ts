/** Whose model made a seal: no other takes it. */
export type SealMaker = 'openai' | 'anthropic' | 'google'

/**
 * What a provider puts on its model's thought, or on a call of a tool that follows from it, so that it can take it back in the next
 * turn: a signature, or the thought itself under lock. Nobody else can read, change or make it.
 */
export interface Seal {
  readonly by: SealMaker
  readonly value: string
  /** The id of the item that it belongs to, where the maker has one. */
  readonly id?: string
  /** Whether the value stands in place of a text that is not shown. */
  readonly locked?: boolean
}

const prefix = 'weir1.'

/**
 * A seal as one text, for a dialect that has a place for opaque text and another maker's seal to keep there. Only letters, digits
 * and `-_.=`: it passes wherever base64 does.
 */
export function packSeal(seal: Seal): string {
  const bytes = new TextEncoder().encode(JSON.stringify(seal))
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return prefix + btoa(binary).replaceAll('+', '-').replaceAll('/', '_')
}

/** The seal in a text that `packSeal` made; otherwise the text is the seal itself, of this maker. */
export function unpackSeal(text: string, maker: SealMaker): Seal {
  return unpacked(text) ?? { by: maker, value: text }
}

function unpacked(text: string): Seal | undefined {
  if (!text.startsWith(prefix)) return undefined
  try {
    const binary = atob(text.slice(prefix.length).replaceAll('-', '+').replaceAll('_', '/'))
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
    return readSeal(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    return undefined
  }
}

function readSeal(value: unknown): Seal | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { by, value: text, id, locked } = value as Readonly<Record<string, unknown>>
  if (by !== 'openai' && by !== 'anthropic' && by !== 'google') return undefined
  if (typeof text !== 'string') return undefined
  return { by, value: text, ...(typeof id === 'string' && { id }), ...(locked === true && { locked }) }
}
