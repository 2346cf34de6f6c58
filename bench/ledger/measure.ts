/** How often a second something can be done, with so many of it under way at once. */
export async function rateOf(
  work: () => Promise<void>,
  parallel: number,
  milliseconds: number,
): Promise<number> {
  await repeat(work, parallel, milliseconds / 3)
  const startedAt = performance.now()
  const count = await repeat(work, parallel, milliseconds)
  return (count / (performance.now() - startedAt)) * 1000
}

async function repeat(work: () => Promise<void>, parallel: number, milliseconds: number): Promise<number> {
  const until = performance.now() + milliseconds
  let count = 0
  const one = async () => {
    for (; performance.now() < until; count++) await work()
  }
  await Promise.all(Array.from({ length: parallel }, one))
  return count
}

/** The middle one of so many times that something takes, in microseconds. */
export async function medianOf(work: () => Promise<unknown>, times: number): Promise<number> {
  const taken: number[] = []
  for (let nth = 0; nth < times; nth++) {
    const startedAt = performance.now()
    await work()
    taken.push((performance.now() - startedAt) * 1000)
  }
  return taken.toSorted((a, b) => a - b)[Math.floor(times / 2)] ?? 0
}

export function medianNumber(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}
