/** A call of a function, and whether its result came. */
interface NamedCall {
  readonly name: string
  readonly id: string
  answered: boolean
}

/**
 * Gives the calls of a conversation their ids. Google's are optional: where there is none, one is made of the place of the call, so
 * that it stays the same as the conversation grows.
 */
export class CallIds {
  readonly #calls: NamedCall[] = []

  ofCall(name: string, id: string | undefined): string {
    const known = id || `call_${this.#calls.length}`
    this.#calls.push({ name, id: known, answered: false })
    return known
  }

  /** A result without an id is that of the first call by its name that has none yet. */
  ofResult(name: string, id: string | undefined): string {
    const open = this.#calls.filter((call) => !call.answered)
    const call = id
      ? open.find((call) => call.id === id)
      : (open.find((call) => call.name === name) ?? open.at(0))
    if (call) call.answered = true
    return id || (call?.id ?? this.ofCall(name, undefined))
  }
}
