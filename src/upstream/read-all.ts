import { concatBytes } from '../core/bytes.ts'
import type { Exchange } from '../core/transport.ts'
import { UpstreamError } from './deadlines.ts'

/** Reads an answer to its end. Throws UpstreamError if it is larger than allowed. */
export async function readAll(exchange: Exchange, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for (let bytes = await exchange.read(); bytes; bytes = await exchange.read()) {
    length += bytes.length
    if (length > maxBytes) throw new UpstreamError('broken', 'The provider sent too much.')
    parts.push(bytes)
  }
  return concatBytes(parts)
}
