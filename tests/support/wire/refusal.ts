/** How a vendor says more than a message. */
export interface RefusalDetails {
  /** The vendor's word for it, where it is not the usual one of the status. */
  readonly kind?: string | undefined
  readonly code?: string | undefined
  /** The field that is at fault. */
  readonly param?: string | undefined
}

/** What a vendor answers to a request that it does not serve. */
export class Refusal extends Error {
  readonly status: number
  readonly details: RefusalDetails

  constructor(status: number, message: string, details: RefusalDetails = {}) {
    super(message)
    this.status = status
    this.details = details
  }
}

/** A rule that a request must keep: gives what is wrong. */
export type Rule<Request> = (request: Request) => string | undefined

/** Refuses with the first rule that is broken. */
export function obey<Request>(request: Request, rules: readonly Rule<Request>[]): void {
  for (const rule of rules) {
    const wrong = rule(request)
    if (wrong !== undefined) throw new Refusal(400, wrong)
  }
}

/** The first of the items of which something is wrong, and what. */
export function firstWrong<Item>(
  items: readonly Item[],
  wrong: (item: Item, index: number) => string | undefined,
): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = wrong(item, index)
    if (found !== undefined) return found
  }
  return undefined
}
