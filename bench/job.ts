/** What the load generator is told to do. */
export interface Job {
  readonly port: number
  /** A whole HTTP request. */
  readonly request: string
  /** What each answer's body must measure, in bytes. */
  readonly bodyLength: number
  readonly connections: number
  readonly milliseconds: number
  /** Open loop: so many requests are sent each second, whatever comes back. Without it each connection asks again once it is answered. */
  readonly ratePerSecond?: number
}

/** What came of it. */
export interface Outcome {
  /** All answers, those after the end of the time too. */
  readonly answers: number
  /** Answers within the time, a second. */
  readonly perSecond: number
  /** Open loop only: milliseconds from sending to the first byte of the body, and to its last. */
  readonly firstByteMs: readonly number[]
  readonly wholeMs: readonly number[]
}

export type Report = { readonly outcome: Outcome } | { readonly failure: string }
