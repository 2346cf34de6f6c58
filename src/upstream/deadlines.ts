import type { Exchange, Transport, UpstreamRequest } from '../core/transport.ts'

/** How long a provider may take, in seconds: to its first byte, between two bytes, and in all. */
export interface Deadlines {
  readonly firstByteSeconds: number
  readonly idleSeconds: number
  readonly totalSeconds: number
}

/** Why an exchange did not end well. `sent` is false only where the provider cannot have seen the request. */
export class UpstreamError extends Error {
  readonly reason: 'unreachable' | 'broken' | 'timed_out'
  readonly sent: boolean

  constructor(reason: UpstreamError['reason'], message: string, sent = true) {
    super(message)
    this.name = 'UpstreamError'
    this.reason = reason
    this.sent = sent
  }
}

/** Sends a request that is aborted, with an UpstreamError, when a deadline passes. */
export function sendWithin(deadlines: Deadlines, transport: Transport, request: UpstreamRequest): Exchange {
  const exchange = transport(request)
  const expire = (what: string) =>
    exchange.abort(new UpstreamError('timed_out', `The provider took too long ${what}.`))
  const total = setTimeout(expire, deadlines.totalSeconds * 1000, 'in all')
  let pause = setTimeout(expire, deadlines.firstByteSeconds * 1000, 'to begin')
  const end = () => {
    clearTimeout(total)
    clearTimeout(pause)
  }
  const settleTimers = (error: unknown) => {
    end()
    throw error
  }
  let begun = false
  return {
    head: exchange.head.catch(settleTimers),
    async read() {
      // The time that a slow reader takes between two reads is not the provider's.
      if (begun) pause = setTimeout(expire, deadlines.idleSeconds * 1000, 'between two bytes')
      begun = true
      const bytes = await exchange.read().catch(settleTimers)
      clearTimeout(pause)
      if (!bytes) end()
      return bytes
    },
    abort(reason) {
      end()
      exchange.abort(reason)
    },
  }
}
