import type { Receipt } from '../call.ts'
import type { OpenHold } from '../hold.ts'
import type { Adjustment } from '../records.ts'
import type { Space } from './space.ts'

/** A hold as it stands in Redis. */
export interface KeptHold {
  /** Says whether it is still so: the end of its lease (Unix milliseconds), and how often it was renewed behind the point. */
  readonly version: number
  readonly hold: OpenHold
}

/** So many renewals are told apart, should clocks make them end at the same time. Numbers of this size are exact till the year 2248. */
const renewals = 1_024

/** The version of a hold that was of another one and is renewed. */
export function nextVersion(version: number, leaseUntil: number): number {
  return leaseUntil + (((version % 1) + 1 / renewals) % 1)
}

/** A row as it stands in Redis; its counters, if it is a call's. */
export interface KeptRow<T = Receipt | Adjustment> {
  readonly row: T
  readonly limits: readonly string[]
}

/** So many holds of this process are remembered: nearly always it settles what it opened. */
const keepInMemory = 20_000

/** The open holds, and those of them that this process made. */
export class Holds {
  readonly #space: Space
  readonly #known = new Map<string, KeptHold>()

  constructor(space: Space) {
    this.#space = space
  }

  async find(id: string): Promise<KeptHold | undefined> {
    return this.#known.get(id) ?? (await this.#read(id))
  }

  remember(kept: KeptHold): void {
    if (this.#known.size >= keepInMemory) this.#known.clear()
    this.#known.set(kept.hold.id, kept)
  }

  forget(id: string): void {
    this.#known.delete(id)
  }

  async #read(id: string): Promise<KeptHold | undefined> {
    const { connection, keys } = this.#space
    // The version first: should the hold be renewed in between, it will not be of that any more.
    const version = await connection.command('ZSCORE', keys.leases, id)
    const text = await connection.command('HGET', keys.holds, id)
    if (typeof text !== 'string' || version === null) return undefined
    // This engine wrote it.
    return { version: Number(version), hold: JSON.parse(text) as OpenHold }
  }
}

/** The row of a call, and the mark under which it was written. */
export async function readReceipt(
  { connection, keys }: Space,
  id: string,
): Promise<(KeptRow<Receipt> & { readonly mark: string }) | undefined> {
  // The mark first: should the row be written anew in between, the mark will not hold any more.
  const mark = await connection.command('ZSCORE', keys.marks, id)
  const text = await connection.command('HGET', keys.rows, id)
  if (typeof text !== 'string' || mark === null) return undefined
  const { row, limits } = parseRow(text)
  return row.kind === 'receipt' ? { row, limits, mark: String(mark) } : undefined
}

export function rowText(row: Receipt | Adjustment, limits: readonly string[]): string {
  return JSON.stringify({ row, limits })
}

/** The row's own text, written by `rowText`. */
export function parseRow(text: string): KeptRow {
  return JSON.parse(text) as KeptRow
}
