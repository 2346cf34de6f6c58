import { packSeal, unpackSeal, type Seal } from '../../core/chat/seal.ts'

/** The seal of a thought that is shown; none where the signature is empty. */
export function readSignature(signature: unknown): Seal | undefined {
  return typeof signature === 'string' && signature !== '' ? unpackSeal(signature, 'anthropic') : undefined
}

/** The seal of a thought that is only told in it. */
export function readRedacted(data: string): Seal {
  const seal = unpackSeal(data, 'anthropic')
  return seal.by === 'anthropic' ? { ...seal, locked: true } : seal
}

/** A seal as opaque text: Anthropic's own as it is, another maker's so that it comes back. */
export function printSeal(seal: Seal): string {
  return seal.by === 'anthropic' ? seal.value : packSeal(seal)
}

/** A block of thought for the caller. What is only told in its seal is `redacted_thinking`, as far as it is not signed by Anthropic. */
export function thoughtBlock(text: string, seal: Seal | undefined) {
  if (text === '' && seal && (seal.locked || seal.by !== 'anthropic'))
    return { type: 'redacted_thinking' as const, data: printSeal(seal) }
  return { type: 'thinking' as const, thinking: text, signature: seal ? printSeal(seal) : '' }
}
