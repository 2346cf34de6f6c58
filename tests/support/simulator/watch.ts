/** Lets tests wait for something to be so, without sleeping. */
export class Watch {
  readonly #waiting = new Set<{ readonly isSo: () => boolean; readonly resolve: () => void }>()

  /** Resolves as soon as it is so; at once if it is already. */
  until(isSo: () => boolean): Promise<void> {
    if (isSo()) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting.add({ isSo, resolve })
    })
  }

  /** To be called after anything that a test may wait for. */
  changed(): void {
    for (const waiter of this.#waiting) {
      if (!waiter.isSo()) continue
      this.#waiting.delete(waiter)
      waiter.resolve()
    }
  }
}
