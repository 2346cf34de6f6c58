interface Waiting {
  readonly plan: string
  readonly text: string
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: unknown) => void
}

/** So many round trips of one org are under way at once; what comes meanwhile goes with the next. */
const mostUnderWay = 2
/** Redis does nothing else while it runs a script. */
const mostTogether = 32

/** Sends plans together that come while others are under way: a round trip costs much the same for one as for ten. */
export class Batch {
  readonly #send: (plansAndTexts: readonly string[]) => Promise<unknown>
  #waiting: Waiting[] = []
  #underWay = 0

  constructor(send: (plansAndTexts: readonly string[]) => Promise<unknown>) {
    this.#send = send
  }

  run(plan: string, text: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ plan, text, resolve, reject })
      this.#go()
    })
  }

  #go(): void {
    if (this.#underWay >= mostUnderWay || this.#waiting.length === 0) return
    const together = this.#waiting.splice(0, mostTogether)
    this.#underWay += 1
    this.#send(together.flatMap(({ plan, text }) => [plan, text]))
      .then(
        (answers) => together.forEach(({ resolve }, index) => resolve((answers as unknown[])[index])),
        (error: unknown) => together.forEach(({ reject }) => reject(error)),
      )
      .finally(() => {
        this.#underWay -= 1
        this.#go()
      })
  }
}
