/** A read whose answer is not here yet. */
class Unread extends Error {
  readonly read: string
  readonly fetch: () => Promise<unknown>

  constructor(read: string, fetch: () => Promise<unknown>) {
    super('This must be fetched first.')
    this.read = read
    this.fetch = fetch
  }
}

/**
 * Lets the rules, which ask for records at once, run over a store that answers later: work that meets a read whose answer is
 * not here stops, the answer is fetched, and the work runs again from its beginning. So work must change nothing outside of
 * itself. Answers are kept for the next work, save that something does not exist.
 */
export class Reads {
  readonly #answers = new Map<string, unknown>()

  read<T>(name: string, fetch: () => Promise<T>): T {
    // Whatever stands under a name was fetched for it.
    if (this.#answers.has(name)) return this.#answers.get(name) as T
    throw new Unread(name, fetch)
  }

  async run<T>(work: () => T): Promise<T> {
    const absent: string[] = []
    try {
      for (;;) {
        try {
          return work()
        } catch (error) {
          if (!(error instanceof Unread)) throw error
          const answer = await error.fetch()
          this.#answers.set(error.read, answer)
          if (answer === undefined) absent.push(error.read)
        }
      }
    } finally {
      for (const name of absent) this.#answers.delete(name)
    }
  }

  get size(): number {
    return this.#answers.size
  }
}
