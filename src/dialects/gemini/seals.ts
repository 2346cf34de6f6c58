import { packSeal, unpackSeal, type Seal } from '../../core/chat/seal.ts'

/** Google's seals pass as they are; others travel as base64, which is what a thoughtSignature has to be. */

/** What Google takes in place of a signature that is lost. */
export const skippedSignature = 'skip_thought_signature_validator'

/** How a packed seal begins in base64. Its characters are such that all alphabets of base64 write it alike. */
const packedStart = btoa('weir1.')

export function signatureOf(seal: Seal): string {
  return seal.by === 'google' ? seal.value : btoa(packSeal(seal))
}

/** The seal behind a signature; undefined where it stands for none. */
export function sealOf(signature: string | undefined): Seal | undefined {
  if (signature === undefined || signature === '' || isSkipped(signature)) return undefined
  return unpackSeal(signature.startsWith(packedStart) ? decoded(signature) : signature, 'google')
}

function isSkipped(signature: string): boolean {
  return signature === skippedSignature || decoded(signature) === skippedSignature
}

function decoded(signature: string): string {
  try {
    return atob(signature)
  } catch {
    return signature
  }
}
