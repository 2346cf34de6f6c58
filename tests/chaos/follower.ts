import type { Admin } from './admin.ts'
import { exportedSchema, type Exported } from './wire.ts'

/** Follows an org's rows as they are written, as a warehouse would: each time it asks for what came after the last mark it saw. */
export class Follower {
  readonly org: string
  /** Every version of a row that it was told of, by id, in the order of telling. */
  readonly seen = new Map<string, Exported[]>()
  /** Rows that came under a mark that was not above all before. */
  readonly disorder: string[] = []
  readonly #admin: Admin
  #after = 0

  constructor(admin: Admin, org: string) {
    this.#admin = admin
    this.org = org
  }

  /** Reads what is new. Does nothing where no gateway answers in time. */
  async look(): Promise<void> {
    const text = await this.#admin.read(`/exports/rows?org=${this.org}&after=${this.#after}`).catch(() => '')
    for (const row of parseRows(text)) {
      if (row.mark <= this.#after) this.disorder.push(`${row.id} under mark ${row.mark}`)
      this.#after = Math.max(this.#after, row.mark)
      this.seen.set(row.id, [...(this.seen.get(row.id) ?? []), row])
    }
  }
}

/** The rows of an export. A last line that was cut off counts for nothing. */
export function parseRows(text: string): Exported[] {
  const lines = text.split('\n').slice(0, -1)
  return lines.map((line) => exportedSchema.parse(JSON.parse(line)))
}
