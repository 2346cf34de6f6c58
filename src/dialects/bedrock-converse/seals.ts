import type { Seal, SealMaker } from '../../core/chat/seal.ts'
import { base64Of, bytesOfBase64 } from './base64.ts'

/** How OpenAI's locked thoughts begin on Bedrock: `rsn_`, in base64. Everything else that is sealed there is Claude's. */
const openAiLock = 'cnNuX'

function makerOf(locked: string): SealMaker {
  return locked.startsWith(openAiLock) ? 'openai' : 'anthropic'
}

export function lockedByOpenAi({ by, locked = false, value }: Seal): boolean {
  return by === 'openai' && locked && value.startsWith(openAiLock)
}

export function signed(signature: string): Seal {
  return { by: 'anthropic', value: signature }
}

/** A thought under lock, in the pieces in which it came: each is base64 of its own. */
export function locked(pieces: readonly string[]): Seal {
  const value = pieces.length === 1 ? (pieces[0] ?? '') : joined(pieces)
  return { by: makerOf(value), value, locked: true }
}

function joined(pieces: readonly string[]): string {
  return base64Of(Uint8Array.from(pieces.flatMap((piece) => [...(bytesOfBase64(piece) ?? [])])))
}
