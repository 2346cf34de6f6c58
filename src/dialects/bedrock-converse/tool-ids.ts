const usualId = /^[a-zA-Z0-9_.:-]{1,64}$/
const shortId = /^[a-zA-Z0-9]{9}$/

/** Ids of calls as the model takes them: an id that it does not take becomes one that it does, the same one wherever it stands. */
export class ToolIds {
  readonly #valid: RegExp
  readonly #byWish = new Map<string, string>()
  readonly #taken = new Set<string>()

  constructor(short: boolean) {
    this.#valid = short ? shortId : usualId
  }

  idFor(wanted: string): string {
    const known = this.#byWish.get(wanted)
    if (known !== undefined) return known
    const id = this.#valid.test(wanted) && !this.#taken.has(wanted) ? wanted : this.#made()
    this.#byWish.set(wanted, id)
    this.#taken.add(id)
    return id
  }

  /** Nine letters and digits pass everywhere. */
  #made(): string {
    let number = this.#byWish.size
    const print = () => `call${String(number).padStart(5, '0')}`
    while (this.#taken.has(print())) number++
    return print()
  }
}
