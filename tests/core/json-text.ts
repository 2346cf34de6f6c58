import fc from 'fast-check'

/** JSON as a tree whose printed form is chosen freely: white space, escapes and all. */
export type Tree = string | number | boolean | null | readonly Tree[] | TreeObject
export interface TreeObject {
  readonly entries: readonly (readonly [name: string, value: Tree])[]
}

/** One field as it is written, in pieces; an object is its fields with commas between. */
export interface FieldText {
  readonly before: string
  readonly name: string
  readonly between: string
  readonly value: string
  readonly after: string
}

/** Numbers to choose with, one after the other, again and again. */
export class Noise {
  readonly #numbers: readonly number[]
  #at = 0

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers.length > 0 ? numbers : [0]
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    const number = this.#numbers[this.#at++ % this.#numbers.length] ?? 0
    return choices[number % choices.length] ?? choices[0]
  }
}

const structural = fc.constantFrom('', '\\', 'a\\\\', '"', '\\"', '{"a":1}', '[,]:{', 'x'.repeat(46) + '\\')
const long = fc.tuple(fc.nat(60), fc.constantFrom('\\', '"', '\\\\"', ':{', '😀')).map(([length, end]) => {
  return 'y'.repeat(20 + length) + end
})

/** Texts that have tripped scanners up. */
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  structural,
  long,
)

/** A name without a backslash: V8 mixes up names that are escaped with those (nodejs/node#63785), so JSON.parse would be no oracle. */
const fieldName = text.filter((name) => !name.includes('\\'))

const { object } = fc.letrec<{ tree: Tree; object: TreeObject }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)),
    fc.array(tie('tree'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc
    .uniqueArray(fc.tuple(fieldName, tie('tree')), { selector: ([name]) => name, maxLength: 5 })
    .map((entries) => ({ entries })),
}))

export const treeObject: fc.Arbitrary<TreeObject> = object
export const noiseNumbers = fc.array(fc.nat(1000), { minLength: 1, maxLength: 40 })

function isObject(tree: readonly Tree[] | TreeObject): tree is TreeObject {
  return !Array.isArray(tree)
}

const space = (noise: Noise) => noise.pick(['', '', ' ', '\n', '\t \r\n'])

/** A text in quotes, each of its units as it is or escaped in one of the ways that JSON knows. */
export function printText(value: string, noise: Noise): string {
  const units = Array.from(value, (character) => {
    const plain = JSON.stringify(character).slice(1, -1)
    const escaped = Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join('')
    return noise.pick([plain, plain, plain, character === '/' ? '\\/' : escaped])
  })
  return `"${units.join('')}"`
}

export function printTree(tree: Tree, noise: Noise): string {
  if (typeof tree === 'string') return printText(tree, noise)
  if (typeof tree !== 'object' || tree === null) return JSON.stringify(tree)
  if (isObject(tree)) return `{${joinFields(printFields(tree, noise)) || space(noise)}}`
  const items = tree.map((item) => space(noise) + printTree(item, noise) + space(noise))
  return `[${items.join(',') || space(noise)}]`
}

export function printFields({ entries }: TreeObject, noise: Noise): FieldText[] {
  return entries.map(([name, value]) => ({
    before: space(noise),
    name: printText(name, noise),
    between: `${space(noise)}:${space(noise)}`,
    value: printTree(value, noise),
    after: space(noise),
  }))
}

export function joinFields(fields: readonly FieldText[]): string {
  return fields.map((f) => f.before + f.name + f.between + f.value + f.after).join(',')
}

/** How many fields all objects of a tree have together. */
export function countFields(tree: Tree): number {
  if (typeof tree !== 'object' || tree === null) return 0
  const inner = isObject(tree) ? tree.entries.map(([, value]) => value) : tree
  const own = isObject(tree) ? tree.entries.length : 0
  return inner.reduce<number>((sum, value) => sum + countFields(value), own)
}
