/** What a vendor put on a thought, and on what. */
export interface Issued {
  /** The thought as it was sent; undefined where the test alone knows. */
  readonly text: string | undefined
  /** The item that it belongs to: an item's id, or the name of a tool. */
  readonly owner?: string | undefined
}

/** What was said in an answer that a later request may go on from. */
export interface Remembered {
  readonly callIds: readonly string[]
}

/** What a vendor remembers from one request to the next. */
export class Memory {
  readonly seals = new Map<string, Issued>()
  /** Answers that were stored, by id. */
  readonly answers = new Map<string, Remembered>()
  /** Ids of the items of those answers. */
  readonly items = new Set<string>()
  /** Items that must come back together: a call's id to that of the thought before it. */
  readonly thoughtOf = new Map<string, string>()
  #made = 0

  constructor(issued: readonly string[] = []) {
    for (const seal of issued) this.seals.set(seal, { text: undefined })
  }

  /** A name that was not used before. */
  make(prefix: string): string {
    return `${prefix}${String(++this.#made).padStart(8, '0')}`
  }

  /** A seal that nobody could have made up, in base64 and unlike any text of the answer. */
  seal(given: string | undefined, issued: Issued): string {
    const seal = given ?? Buffer.from(this.make('sealed thought ')).toString('base64')
    this.seals.set(seal, issued)
    return seal
  }
}
