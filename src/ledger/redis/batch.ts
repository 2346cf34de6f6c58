import type { Plan } from './transact.ts'

interface Waiting {
  readonly plan: Plan
  readonly text: string
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: unknown) => void
}

/** So many round trips of one org are under way at once: while Redis is at one, this process plans what goes with the other. */
const mostUnderWay = 2
/** Redis does nothing else while it runs a script. */
const mostTogether = 32
/** Fewer are not spread over two round trips. */
const fewestTogether = 8

type Send = (plans: readonly Plan[], texts: readonly string[]) => Promise<unknown>

/** Sends plans together that come together, or while others are under way: a round trip costs much the same for one as for ten. */
export class Batch {
  readonly #send: Send
  #waiting: Waiting[] = []
  #underWay = 0

  constructor(send: Send) {
    this.#send = send
  }

  /** Resolves with what the script answers. A step that writes no text has an empty one. */
  run(plan: Plan, text: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ plan, text, resolve, reject })
      if (this.#waiting.length === 1) this.#goSoon()
    })
  }

  /** After this turn of the event loop: others may come in it. */
  #goSoon(): void {
    setImmediate(() => this.#go())
  }

  #go(): void {
    for (let free = mostUnderWay - this.#underWay; free > 0 && this.#waiting.length > 0; free--)
      this.#sendSome(Math.min(mostTogether, Math.max(fewestTogether, Math.ceil(this.#waiting.length / free))))
  }

  #sendSome(count: number): void {
    const together = this.#waiting.splice(0, count)
    this.#underWay += 1
    this.#send(
      together.map(({ plan }) => plan),
      together.map(({ text }) => text),
    )
      .then(
        (answers) => together.forEach(({ resolve }, index) => resolve((answers as unknown[])[index])),
        (error: unknown) => together.forEach(({ reject }) => reject(error)),
      )
      .finally(() => {
        this.#underWay -= 1
        this.#goSoon()
      })
  }
}
