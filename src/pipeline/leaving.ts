import type { Caller } from './answer.ts'

/** Why an exchange ends that nobody waits for any more. */
export class CallerLeft extends Error {
  constructor() {
    super('The caller left.')
    this.name = 'CallerLeft'
  }
}

/** Knows whether the caller left, and what to do then: one thing at a time, as the call goes on. */
export class Leaving {
  left = false
  #listener: (() => void) | undefined

  constructor(caller: Caller) {
    caller.onLeave(() => {
      this.left = true
      this.#listener?.()
    })
  }

  /** Replaces what is done when the caller leaves; does it at once if the caller has left. */
  do(listener: () => void): void {
    this.#listener = listener
    if (this.left) listener()
  }
}
