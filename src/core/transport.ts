/** A request to a provider, ready to be sent. */
export interface UpstreamRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

export interface UpstreamHead {
  readonly status: number
  /** Names in lower case; of a repeated header the last. */
  readonly headers: Readonly<Record<string, string>>
}

/** One request under way. Bytes are pulled, so a slow reader slows the provider. */
export interface Exchange {
  /** Resolves when the status and headers are there. */
  readonly head: Promise<UpstreamHead>
  /** The next bytes (all that have come by now), or undefined at the end. Rejects if the provider failed or `abort` was called. */
  read(): Promise<Uint8Array | undefined>
  /** Ends the exchange at once; a pending `head` or `read` rejects with the reason. Without effect once it ended. */
  abort(reason: Error): void
}

/** Starts a request. The one way out to the network: undici on Node, fetch on Workers, or a model inside the process. */
export type Transport = (request: UpstreamRequest) => Exchange
