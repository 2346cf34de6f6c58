const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Shorter ones would be found in what is no secret. */
const shortestSecret = 8

/** What a provider says of an error without the operator's secrets, which some quote; the same bytes where there are none. */
export function scrubbed(bytes: Uint8Array, secrets: readonly string[]): Uint8Array {
  const text = decoder.decode(bytes)
  const found = secrets.filter((secret) => secret.length >= shortestSecret && text.includes(secret))
  if (found.length === 0) return bytes
  return encoder.encode(found.reduce((clean, secret) => clean.replaceAll(secret, '***'), text))
}
