/** What a legal stream told. */
export interface StreamReport {
  /** Its events, parsed, without marks of the end. */
  readonly events: readonly unknown[]
  /** Whether it ended with an error in place of its end. */
  readonly failed: boolean
}
