import { createHash } from 'node:crypto'

/** SHA-256 of a key's text, in hex: all that is ever stored of it. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}
