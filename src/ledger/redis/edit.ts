import type { Row, Counters } from '../methods.ts'
import { shareOf } from '../end-users.ts'
import { isRate, type Limit } from '../limit.ts'
import type { Move } from '../moves.ts'
import type { Adjustment } from '../records.ts'
import { RedisCounters } from './counters.ts'
import { parseRow, rowText } from './kept.ts'
import { Reads } from './reads.ts'
import { RedisStore } from './redis-store.ts'
import { contended, deskOver, mostTries, type Desk, type Space } from './space.ts'
import { plannedMove } from './transact.ts'
import { rollUp } from './writes.ts'

/** What the methods of a book work with that admins use. */
export interface Editing extends Desk {
  readonly counters: Counters
  readonly row: (id: string) => Row | undefined
  readonly enter: (adjustment: Adjustment) => void
}

/** One piece of an admin's work: what it read, and what it will change. */
class Edit {
  readonly editing: Editing
  readonly #store: RedisStore
  readonly #space: Space
  readonly #moves: Move[] = []
  readonly #writes: string[][] = []
  #entered: Adjustment | undefined

  constructor(space: Space, reads: Reads) {
    const { connection, keys, now } = space
    this.#space = space
    this.#store = new RedisStore({ connection, keys, reads })
    this.editing = {
      ...deskOver(this.#store, now),
      counters: this.#counters(new RedisCounters(space, reads)),
      row: (id) => {
        const text = reads.read(`row ${id}`, () => connection.command('HGET', keys.rows, id))
        const kept = typeof text === 'string' ? parseRow(text) : undefined
        return kept?.row.kind === 'receipt' ? { receipt: kept.row, limits: kept.limits } : undefined
      },
      enter: (adjustment) => {
        this.#entered = adjustment
      },
    }
  }

  /** Makes the changes, if nobody made any since `edits`. Returns whether they are made. */
  async commit(edits: string): Promise<boolean> {
    const writes = [...this.#store.writes, ...this.#writes]
    if (writes.length === 0 && this.#moves.length === 0) return true
    const entered = this.#entered
    const answer = await this.#space.transact(
      {
        now: this.#space.now(),
        edits,
        ...(this.#store.revises && { revise: true }),
        moves: this.#moves.map((move) => plannedMove(move)),
        ...(entered && { id: entered.id, enter: true, sums: rollUp(entered) }),
        writes,
      },
      entered && rowText(entered, []),
    )
    return answer.status === 'ok'
  }

  #counters(counters: RedisCounters): Counters {
    const { keys, now } = this.#space
    return {
      stateOf(limit, endUser) {
        const counter = counters.peek(limit, endUser)
        return { ...counters.state(limit, counter, now()), ...shareOf(limit, endUser) }
      },
      settleBucket: (limit) => {
        if (!isRate(limit)) return
        // Those of end users were settled before (see `shares.ts`).
        counters.settleBucket(limit, limit.id)
        this.#moves.push({ limit, counter: limit.id, at: now(), held: 0, spent: 0, fill: 0 })
      },
      drop: (limit: Limit) => {
        // Those of end users are dropped afterwards (see `shares.ts`).
        this.#writes.push(['DEL', keys.tally(limit.id)], ['HDEL', keys.buckets, limit.id])
      },
      move: (moves) => void this.#moves.push(...moves),
    }
  }
}

/** Runs an admin's work: again from the beginning if another admin's came between. */
export async function edit<T>(space: Space, work: (editing: Editing) => T): Promise<T> {
  for (let tries = 0; tries < mostTries; tries++) {
    const edits = String((await space.connection.command('GET', space.keys.edits)) ?? '0')
    const reads = new Reads()
    const { result, made } = await reads.run(() => {
      const made = new Edit(space, reads)
      return { result: work(made.editing), made }
    })
    if (await made.commit(edits)) return result
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 * tries))
  }
  throw contended()
}
