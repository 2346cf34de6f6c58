import type { OpenCall, Settlement } from '../ledger/call.ts'

/** A call that the books do not know of yet. */
export interface JournalEntry {
  readonly org: string
  readonly call: OpenCall
  /** Unix milliseconds. */
  readonly openedAt: number
}

/** What an earlier life of the process left: without a settlement nobody knows how the call ended. */
export interface LeftEntry extends JournalEntry {
  readonly settlement?: Settlement
}

/** Where the calls stand that are served while the ledger cannot be reached, until they are in its books. */
export interface Journal {
  /** Whether all such calls of the gateway stand in this one, so that an allowance bounds what they cost. */
  readonly complete: boolean
  readonly left: readonly LeftEntry[]
  /** Resolves once the call outlives the process, as far as the host can do that; nothing may be sent before. */
  begin(entry: JournalEntry): Promise<void>
  /** Resolves once its end does. */
  end(settlement: Settlement): Promise<void>
  /** It is in the books. */
  posted(id: string): void
}

/** For hosts that keep nothing themselves: what is in it ends with the process, and so does what nobody posted by then. */
export function memoryJournal(): Journal {
  return { complete: false, left: [], begin: async () => {}, end: async () => {}, posted: () => {} }
}
