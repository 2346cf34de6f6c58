/** Whose fault an error is: decides who is told, and whether another provider may be tried. */
export type Fault = 'caller' | 'operator' | 'provider'

/** One table for every error that a caller can see: its HTTP status, whose fault it is, and whether the same call may succeed later. */
export const errorTable = {
  invalid_request: { status: 400, fault: 'caller', retryable: false },
  cannot_translate: { status: 400, fault: 'caller', retryable: false },
  invalid_key: { status: 401, fault: 'caller', retryable: false },
  budget_exceeded: { status: 402, fault: 'caller', retryable: false },
  forbidden: { status: 403, fault: 'caller', retryable: false },
  suspended: { status: 403, fault: 'caller', retryable: false },
  model_not_allowed: { status: 403, fault: 'caller', retryable: false },
  price_unknown: { status: 403, fault: 'operator', retryable: false },
  not_found: { status: 404, fault: 'caller', retryable: false },
  model_not_found: { status: 404, fault: 'caller', retryable: false },
  conflict: { status: 409, fault: 'caller', retryable: false },
  request_too_large: { status: 413, fault: 'caller', retryable: false },
  unsupported_encoding: { status: 415, fault: 'caller', retryable: false },
  rate_limited: { status: 429, fault: 'caller', retryable: true },
  budget_held: { status: 429, fault: 'caller', retryable: true },
  quota_exceeded: { status: 429, fault: 'caller', retryable: false },
  provider_rate_limited: { status: 429, fault: 'provider', retryable: true },
  internal_error: { status: 500, fault: 'operator', retryable: true },
  upstream_failed: { status: 502, fault: 'provider', retryable: true },
  ledger_unavailable: { status: 503, fault: 'operator', retryable: true },
  no_provider_available: { status: 503, fault: 'operator', retryable: false },
  admin_disabled: { status: 503, fault: 'operator', retryable: false },
  overloaded: { status: 503, fault: 'operator', retryable: true },
  upstream_timeout: { status: 504, fault: 'provider', retryable: true },
} as const satisfies Record<string, { status: number; fault: Fault; retryable: boolean }>

export type ErrorCode = keyof typeof errorTable

/** What an error may carry beside its code and message. `limit` is shown to the caller as it stands. */
export interface ErrorDetails {
  /** The request field at fault, in the caller's spelling. */
  readonly param?: string
  /** Seconds until a retry can help. */
  readonly retryAfterSeconds?: number
  /** False when a retry of the same call cannot ever succeed, although the code is usually retryable. */
  readonly retryable?: boolean
  /** The limit that refused, in its wire form. */
  readonly limit?: Readonly<Record<string, unknown>>
}

/** An error that knows from birth its code, its status, whose fault it is and whether a retry may help. Messages never hold secrets or prompts. */
export class WeirError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message)
    this.name = 'WeirError'
    this.code = code
    this.details = details
  }

  get status(): number {
    return errorTable[this.code].status
  }

  get fault(): Fault {
    return errorTable[this.code].fault
  }

  get retryable(): boolean {
    return this.details.retryable ?? errorTable[this.code].retryable
  }
}
