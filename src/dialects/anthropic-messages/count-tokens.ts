/** Below a provider's base address, where it counts the tokens of a request. */
export const countTokensPath = '/messages/count_tokens'

export { readCountTokens } from './read-request.ts'

/** The answer to a request to count tokens. */
export function printCount(inputTokens: number): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ input_tokens: inputTokens }))
}
