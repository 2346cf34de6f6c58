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
    const answer = this.#answers.get(name)
    // Whatever stands under a name was fetched for it, be it nothing.
    if (answer !== undefined || this.#answers.has(name)) return answer as T
    throw new Unread(name, fetch)
  }

  async run<T>(work: () => T): Promise<T> {
    const absent: string[] = []
    try {
      for (;;) {
        const done = attempt(work)
        if (!(done instanceof Unread)) return done
        const answer = await done.fetch()
        this.#answers.set(done.read, answer)
        if (answer === undefined) absent.push(done.read)
      }
    } finally {
      for (const name of absent) this.#answers.delete(name)
    }
  }

  get size(): number {
    return this.#answers.size
  }
}

/** What the work comes to, or the read that it lacks. */
function attempt<T>(work: () => T): T | Unread {
  try {
    return work()
  } catch (error) {
    if (error instanceof Unread) return error
    throw error
  }
}
