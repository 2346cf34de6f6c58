import { noAmounts, type Amounts } from '../core/amounts.ts'
import type { Extension, ExtendStep, Refusal } from '../ledger/call.ts'

interface LeaseOptions {
  readonly leaseMs: number
  readonly send: (step: ExtendStep) => Promise<Extension | Refusal>
  /** What was used by now. */
  readonly report: () => Omit<ExtendStep, 'seq' | 'more'>
  /** Told why a step was not granted, or, once, why it could not be sent yet. */
  readonly failed: (reason: string) => void
}

const firstPauseMs = 250
const longestPauseMs = 2_000

/**
 * What a call asks of the ledger while it goes on: to renew its lease, at half time, and to hold more. One step at a time, in order;
 * one whose answer was lost is sent again as it was, under the same number, so that it never counts twice.
 */
export class Lease {
  readonly #options: LeaseOptions
  #timer: ReturnType<typeof setTimeout> | undefined
  #last: Promise<unknown> = Promise.resolve()
  #underWay = 0
  #seq = 0
  #stopped = false
  #wake = () => {}

  constructor(options: LeaseOptions) {
    this.#options = options
    this.#renewAtHalfTime()
  }

  /** Asks to hold more. Resolves with the answer, whenever it comes; undefined if the call ended first. */
  extend(more: Amounts): Promise<Extension | Refusal | undefined> {
    this.#underWay++
    const answer = this.#last
      .then(() => this.#deliver(more))
      .finally(() => {
        this.#underWay--
      })
    this.#last = answer
    return answer
  }

  /** Asks for nothing any more. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#wake()
  }

  #renewAtHalfTime(): void {
    this.#timer = setTimeout(() => {
      // Any step renews the lease.
      if (this.#underWay === 0) void this.#renew()
      this.#renewAtHalfTime()
    }, this.#options.leaseMs / 2)
  }

  async #renew(): Promise<void> {
    const answer = await this.extend(noAmounts)
    if (answer?.kind === 'refusal') this.#options.failed(answer.code)
  }

  async #deliver(more: Amounts): Promise<Extension | Refusal | undefined> {
    if (this.#stopped) return undefined
    const step = { seq: ++this.#seq, more, ...this.#options.report() }
    for (let pause = firstPauseMs; !this.#stopped; pause = Math.min(2 * pause, longestPauseMs))
      try {
        return await this.#options.send(step)
      } catch (error) {
        if (pause === firstPauseMs) this.#options.failed(String(error))
        await this.#rest(pause)
      }
    return undefined
  }

  async #rest(ms: number): Promise<void> {
    if (this.#stopped) return
    let timer: ReturnType<typeof setTimeout> | undefined
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      timer = setTimeout(resolve, ms)
    })
    clearTimeout(timer)
  }
}
