/** Which texts are meant: each kind has ids of its own. */
export type StoredKind = 'response' | 'item' | 'turn'

export interface StoredText {
  readonly kind: StoredKind
  readonly id: string
  readonly text: string
  /** For how long it is kept. */
  readonly keepMs: number
}

export interface Renewal {
  readonly ids: readonly string[]
  readonly keepMs: number
}

/**
 * State that is no money: texts of an org, each kept for a time. Losing one costs a caller a repetition, nothing else. All methods
 * reject where the store cannot be reached.
 */
export interface Store {
  put(org: string, stored: StoredText): Promise<void>
  /** Undefined if there is none, or its time is over. */
  get(org: string, kind: StoredKind, id: string): Promise<string | undefined>
  /** Keeps those of these texts that are there for at least so long from now. */
  renew(org: string, kind: StoredKind, renewal: Renewal): Promise<void>
  /** Whether there was one. */
  delete(org: string, kind: StoredKind, id: string): Promise<boolean>
  close(): Promise<void>
}

/** Longer texts are not kept: it is what one row of a Durable Object holds, less its other columns. */
export const maxStoredBytes = 2_000_000
