/** The calls by one name, in order, and how many of them have been looked at. */
interface Queue {
  readonly ids: string[]
  next: number
}

/**
 * Gives the calls of a conversation their ids. Google's are optional: where there is none, one is made of the place of the call, so
 * that it stays the same as the conversation grows.
 */
export class CallIds {
  /** Calls that have no result yet. */
  readonly #open = new Set<string>()
  readonly #byName = new Map<string, Queue>()
  #made = 0

  ofCall(name: string, id: string | undefined): string {
    const known = id || `call_${this.#made}`
    this.#made++
    const queue = this.#byName.get(name) ?? { ids: [], next: 0 }
    queue.ids.push(known)
    this.#byName.set(name, queue)
    this.#open.add(known)
    return known
  }

  /** A result without an id is that of the first call by its name that has none yet, or else of the first call. */
  ofResult(name: string, id: string | undefined): string {
    const known = id || this.#nextOf(name) || this.#open.values().next().value || this.ofCall(name, undefined)
    this.#open.delete(known)
    return known
  }

  #nextOf(name: string): string | undefined {
    const queue = this.#byName.get(name)
    if (!queue) return undefined
    for (; queue.next < queue.ids.length; queue.next++) {
      const id = queue.ids[queue.next]
      if (id !== undefined && this.#open.has(id)) return id
    }
    return undefined
  }
}
