import fc from 'fast-check'

/** JSON that nobody meant: made of the words of a format, nested at random. */
export function jsonNoise(words: readonly string[]): fc.Arbitrary<unknown> {
  const word = fc.constantFrom(...words)
  const leaf = fc.oneof(
    word,
    fc.constantFrom<unknown>(null, true, false, 0, 1, -1, 1.5, 1e300, '', '{}', '{"a":1}', 'é🌊'),
    fc.string({ maxLength: 5 }),
  )
  return fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'medium', withCrossShrink: true },
      leaf,
      fc.array(tie('node'), { maxLength: 4 }),
      fc.dictionary(fc.oneof(word, fc.constant('__proto__')), tie('node'), { maxKeys: 5 }),
    ),
  })).node
}

/** A value with something else in one place of it. */
export function spoil(value: unknown, place: number, other: unknown): unknown {
  let count = 0
  const total = countNodes(value)
  const walk = (inner: unknown): unknown => {
    if (count++ === place % total) return other
    if (Array.isArray(inner)) return inner.map(walk)
    if (typeof inner !== 'object' || inner === null) return inner
    return Object.fromEntries(Object.entries(inner).map(([name, value]) => [name, walk(value)]))
  }
  return walk(value)
}

function countNodes(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return 1 + Object.values(value).reduce<number>((count, inner) => count + countNodes(inner), 0)
}
