import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../src/core/bytes.ts'
import { countBackslashNames, findFields, spliceBytes } from '../../src/core/json-fields.ts'
import { countFields, joinFields, Noise, noiseNumbers, printFields, text, treeObject } from './json-text.ts'

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

/** An object in a printed form, with white space around it. */
const printed = fc
  .tuple(treeObject, noiseNumbers, fc.constantFrom('', ' ', '\r\n\t'))
  .map(([tree, numbers, around]) => {
    const fields = printFields(tree, new Noise(numbers))
    return { tree, fields, text: `${around}{${joinFields(fields)}}${around}` }
  })

describe('findFields', () => {
  test('slices that parse to what JSON.parse reads, in their order, however the JSON is printed', () => {
    fc.assert(
      fc.property(printed, ({ tree, text }) => {
        const bytes = bytesOf(text)
        const whole = new Map(Object.entries(JSON.parse(text) as object))
        const found = findFields(bytes).fields.map((field) => {
          const name = Buffer.from(`"${field.rawName}"`, 'latin1').toString()
          return [JSON.parse(name), JSON.parse(textOf(bytes.slice(field.valueStart, field.valueEnd)))]
        })
        expect(found.map(([name]) => name)).toEqual(tree.entries.map(([name]) => name))
        for (const [name, value] of found) expect(value).toEqual(whole.get(name as string))
      }),
      { numRuns: 400 },
    )
  })

  test('names and values exactly as they are written', () => {
    fc.assert(
      fc.property(printed, ({ fields, text }) => {
        const bytes = bytesOf(text)
        const found = findFields(bytes)
        const written = found.fields.map(({ rawName, nameStart, valueStart, valueEnd }) => ({
          name: Buffer.from(`"${rawName}"`, 'latin1').toString(),
          atName: bytes[nameStart],
          value: textOf(bytes.slice(valueStart, valueEnd)),
        }))
        expect(written).toEqual(fields.map(({ name, value }) => ({ name, atName: 0x22, value })))
        expect(found.open).toBe(text.indexOf('{'))
      }),
      { numRuns: 200 },
    )
  })

  test('names that hold or end in backslashes, and counts those', () => {
    const names = fc.uniqueArray(text, { maxLength: 8 })
    fc.assert(
      fc.property(names, noiseNumbers, (names, numbers) => {
        const entries = names.map((name, i) => [name, { entries: [[`${name}\\`, i]] }] as const)
        const fields = printFields({ entries }, new Noise(numbers))
        const bytes = bytesOf(`{${joinFields(fields)}}`)
        const found = findFields(bytes).fields.map(({ rawName }) => Buffer.from(rawName, 'latin1').toString())
        expect(found.map((name) => `"${name}"`)).toEqual(fields.map(({ name }) => name))
        const held = names.filter((name) => name.includes('\\')).length
        expect(countBackslashNames(bytes)).toBe(held + names.length)
      }),
      { numRuns: 200 },
    )
  })

  test('counts the fields of every object, nested ones too', () => {
    fc.assert(
      fc.property(printed, ({ tree, text }) => {
        expect(findFields(bytesOf(text)).fieldCount).toBe(countFields(tree))
      }),
      { numRuns: 200 },
    )
  })

  test.each([
    ['at depth 1', '{"a":1,"a":2}', 2],
    ['further down', '{"a":[{"b":1,"b":{"c":1,"c":1}}]}', 5],
    ['__proto__ like any other', '{"__proto__":{"__proto__":1}}', 2],
  ])('counts repeated names each time: %s', (_, text, count) => {
    expect(findFields(bytesOf(text)).fieldCount).toBe(count)
  })

  test('finds the end of a text of any length that ends in backslashes or quotes', () => {
    for (let length = 0; length < 60; length++) {
      for (const end of ['', '\\', '\\\\', '"', '\\"', '"\\', '":{']) {
        const value = JSON.stringify('x'.repeat(length) + end)
        const bytes = bytesOf(`{"a":${value},"b":2}`)
        const [a, b] = findFields(bytes).fields
        expect(textOf(bytes.slice(a?.valueStart, a?.valueEnd))).toBe(value)
        expect(b?.rawName).toBe('b')
      }
    }
  })
})

describe('spliceBytes', () => {
  test('changes the stretches that it is told, and leaves all other bytes', () => {
    const choice = fc.array(fc.tuple(fc.nat(9), text), { maxLength: 4 })
    fc.assert(
      fc.property(printed, choice, text, ({ text, fields }, choices, inserted) => {
        const bytes = bytesOf(text)
        const found = findFields(bytes)
        const edits = new Map(choices.filter(([index]) => index < fields.length))
        const splices = [...edits].map(([index, text]) => {
          const { valueStart: start = 0, valueEnd: end = 0 } = found.fields[index] ?? {}
          return { start, end, text }
        })
        const insertion = { start: found.open + 1, end: found.open + 1, text: inserted }
        const edited = fields.map((field, i) => ({ ...field, value: edits.get(i) ?? field.value }))
        const [lead = '', tail = ''] = [text.slice(0, found.open), text.slice(text.lastIndexOf('}') + 1)]
        expect(textOf(spliceBytes(bytes, [...splices, insertion]))).toBe(
          `${lead}{${inserted}${joinFields(edited)}}${tail}`,
        )
      }),
      { numRuns: 200 },
    )
  })

  test('without a splice gives back the very same bytes', () => {
    const bytes = bytesOf('{}')
    expect(spliceBytes(bytes, [])).toBe(bytes)
  })
})

test('concatBytes joins any number of pieces', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), (pieces) => {
      expect([...concatBytes(pieces)]).toEqual(pieces.flatMap((piece) => [...piece]))
    }),
  )
})
