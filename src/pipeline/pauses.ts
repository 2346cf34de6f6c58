interface Pauses {
  /** No try begins after so long. */
  readonly forMs: number
  readonly longestMs: number
}

const firstPauseMs = 500

/** One turn for each try: at once, and then after pauses that double. */
export async function* growingPauses({ forMs, longestMs }: Pauses): AsyncGenerator<number, void> {
  const until = Date.now() + forMs
  yield 1
  for (let attempt = 2, pause = firstPauseMs; Date.now() + pause <= until; attempt++) {
    const ms = pause
    await new Promise((resolve) => setTimeout(resolve, ms))
    yield attempt
    pause = Math.min(2 * pause, longestMs)
  }
}
