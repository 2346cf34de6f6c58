/** What is there a second time, or more often. */
export function repeated(names: readonly string[]): string[] {
  const seen = new Set<string>()
  return names.filter((name) => seen.size === seen.add(name).size)
}

/** What is in one list and not in the other. */
export function unlike(one: readonly string[], other: readonly string[]): string[] {
  const [ones, others] = [new Set(one), new Set(other)]
  return [...[...ones].filter((name) => !others.has(name)), ...[...others].filter((name) => !ones.has(name))]
}
