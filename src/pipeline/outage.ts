import type { Log } from '../core/log.ts'
import type { OpenCall, Settlement } from '../ledger/call.ts'
import { newHold } from '../ledger/hold.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { sweptSettlement } from '../ledger/settlement.ts'
import { oldestPolicyMs, type Credential } from './credential.ts'
import type { Journal, JournalEntry } from './journal.ts'
import { growingPauses } from './pauses.ts'

interface OutageOptions {
  readonly ledger: Ledger
  readonly journal: Journal
  readonly log: Log
  /** How long the end of a call is tried to be posted before it is left for later. */
  readonly settleForMs: number
}

/** A call that goes on without the ledger. */
interface Pending {
  readonly entry: JournalEntry
  /** Its part of the key's allowance, in nanoUSD. */
  taken: number
  settlement?: Settlement
  /** While it is being posted: until when at most, Unix milliseconds, for on Workers whoever does it may be gone. */
  postingUntil: number
}

interface Asking {
  readonly call: OpenCall
  readonly openedAt: number
  readonly credential: Credential
}

const longestPostMs = 30_000
const postEveryMs = 5_000
/** Each is kept in memory until it is posted. */
const mostPending = 10_000

/**
 * What may go on while the ledger cannot be reached: calls of keys that an admin gave an allowance for that. All that such calls of
 * one key hold stays within it; a call's part comes back when it is in the books.
 */
export class Outage {
  readonly #options: OutageOptions
  readonly #pending = new Map<string, Pending>()
  /** NanoUSD by the hash of the key. */
  readonly #taken = new Map<string, number>()
  #stopping = false

  constructor(options: OutageOptions) {
    this.#options = options
  }

  /** Lets a call go on that holds so much (nanoUSD), or that much more. Undefined if it may not; else resolves when it is journalled, to whether it could be. */
  admit({ call, openedAt, credential }: Asking, cost: number): Promise<boolean> | undefined {
    if (!this.#mayGoOn(credential) || this.#pending.size >= mostPending) return undefined
    if (!this.#covers(credential, cost)) return undefined
    const pending: Pending = {
      entry: { org: credential.org, call, openedAt },
      taken: 0,
      postingUntil: 0,
    }
    this.#pending.set(call.id, pending)
    this.#take(pending, cost)
    this.#options.log('warn', 'went-on-without-ledger', { call: call.id })
    return this.#begin(pending)
  }

  /** Holds more for a call that was let go on. */
  extend({ call, credential }: Asking, cost: number): boolean {
    const pending = this.#pending.get(call.id)
    if (!pending || !this.#covers(credential, cost)) return false
    this.#take(pending, cost)
    return true
  }

  /** Puts down how such a call ended, and posts it: again and again for a while, then with those that are left over. */
  async settle(settlement: Settlement): Promise<void> {
    const pending = this.#pending.get(settlement.id)
    if (!pending) return
    pending.settlement = settlement
    await this.#options.journal.end(settlement).catch((error: unknown) => {
      this.#options.log('error', 'journal-failed', { call: settlement.id, reason: String(error) })
    })
    for await (const _ of growingPauses({ forMs: this.#options.settleForMs, longestMs: postEveryMs }))
      if ((await this.#post(pending)) !== 'failed' || this.#stopping) return
  }

  /** Whether calls wait to be posted. */
  get waiting(): boolean {
    return this.#pending.size > 0
  }

  /** Posts the calls that ended, as long as the ledger takes them. */
  async flush(): Promise<void> {
    for (const pending of this.#pending.values())
      if (pending.settlement && (await this.#post(pending)) === 'failed') return
  }

  /**
   * Posts what an earlier life of the process left, and from then on, every few seconds, what is left over. Answers with how to stop:
   * from then on each call is tried once more, and what the ledger does not take stays in the journal.
   */
  keepPosting(): () => Promise<void> {
    for (const { settlement, ...entry } of this.#options.journal.left)
      this.#pending.set(entry.call.id, {
        entry,
        taken: 0,
        settlement: settlement ?? sweptToFloor(entry),
        postingUntil: 0,
      })
    void this.flush()
    const timer = setInterval(() => void this.flush(), postEveryMs)
    return async () => {
      this.#stopping = true
      clearInterval(timer)
      await this.flush()
    }
  }

  #mayGoOn({ policy, askedAt }: Credential): boolean {
    if (Date.now() - askedAt > oldestPolicyMs) return false
    return this.#options.journal.complete || !policy.costLimited
  }

  #covers({ keyHash, policy }: Credential, cost: number): boolean {
    const allowance = policy.failOpenAllowance
    return allowance !== undefined && (this.#taken.get(keyHash) ?? 0) + cost <= allowance
  }

  #take(pending: Pending, cost: number): void {
    const { keyHash } = pending.entry.call
    const sum = (this.#taken.get(keyHash) ?? 0) + cost
    pending.taken += cost
    if (sum > 0) this.#taken.set(keyHash, sum)
    else this.#taken.delete(keyHash)
  }

  async #begin(pending: Pending): Promise<boolean> {
    try {
      await this.#options.journal.begin(pending.entry)
      return true
    } catch (error) {
      this.#options.log('error', 'journal-failed', { call: pending.entry.call.id, reason: String(error) })
      // One that ended meanwhile is posted from memory.
      if (!pending.settlement) this.#forget(pending)
      return false
    }
  }

  async #post(pending: Pending): Promise<'posted' | 'failed' | 'busy'> {
    const { entry, settlement } = pending
    const { org, call, openedAt } = entry
    if (!settlement || pending.postingUntil > Date.now() || !this.#pending.has(call.id)) return 'busy'
    pending.postingUntil = Date.now() + longestPostMs
    try {
      const answer = await this.#options.ledger.book.post(org, {
        call,
        openedAt,
        postedAt: Date.now(),
        settlement,
      })
      if (answer.kind === 'refusal')
        this.#options.log('error', 'post-refused', {
          call: call.id,
          code: answer.code,
          charge: settlement.charge,
        })
      this.#forget(pending)
      return 'posted'
    } catch (error) {
      this.#options.log('warn', 'post-failed', { call: call.id, reason: String(error) })
      return 'failed'
    } finally {
      pending.postingUntil = 0
    }
  }

  #forget(pending: Pending): void {
    const { id } = pending.entry.call
    if (!this.#pending.delete(id)) return
    this.#take(pending, -pending.taken)
    this.#options.journal.posted(id)
  }
}

/** How a call is taken to have ended that the process did not survive. */
function sweptToFloor({ call, openedAt }: JournalEntry): Settlement {
  const hold = newHold(call, { policy: { keyId: '' }, counters: [], openedAt, leaseMs: 0 })
  return sweptSettlement(hold, { now: Date.now(), limits: [] })
}
