import type { Exchange, UpstreamHead } from '../src/core/transport.ts'
import { readAll } from '../src/upstream/read-all.ts'

const maxErrorBytes = 256 * 1024

/** An exchange whose errors have another body: of a provider that does not fail in the dialect in which it answers. */
export function rewordErrors(
  exchange: Exchange,
  reword: (body: Uint8Array, head: UpstreamHead) => Uint8Array,
): Exchange {
  let isTold = false
  const read = async () => {
    const head = await exchange.head
    if (head.status < 400) return exchange.read()
    if (isTold) return undefined
    isTold = true
    return reword(await readAll(exchange, maxErrorBytes), head)
  }
  return { head: exchange.head, read, abort: (reason) => exchange.abort(reason) }
}
