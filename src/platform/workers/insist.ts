const attempts = 3

/** Tries again, with a new stub, what the platform says may be tried again; never an object that is overloaded. */
export async function insist<T>(send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send()
    } catch (error) {
      if (attempt === attempts || !isRetryable(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 150))
    }
  }
}

function isRetryable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  return 'retryable' in error && error.retryable === true && !('overloaded' in error && error.overloaded)
}
