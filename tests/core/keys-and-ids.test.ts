import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSlug, newId, orgId, orgOfId, slugOf, type IdKind } from '../../src/core/ids.ts'
import { newAdminKey, newKey, orgOfKey } from '../../src/core/keys.ts'

const slug = fc.stringMatching(/^(eu-)?[a-z0-9]{2,20}$/)
const key = slug.map(newKey)
const printable = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code))

describe('a key', () => {
  test('names its org', () => {
    fc.assert(
      fc.property(slug, (slug) => {
        expect(orgOfKey(newKey(slug))).toBe(slug)
      }),
    )
  })

  test('is refused once any one character is another', () => {
    fc.assert(
      fc.property(key, fc.nat(), printable, (key, at, character) => {
        const index = at % key.length
        fc.pre(key[index] !== character)
        expect(orgOfKey(key.slice(0, index) + character + key.slice(index + 1))).toBeUndefined()
      }),
      { numRuns: 2000 },
    )
  })

  test('is refused once any two characters are swapped', () => {
    fc.assert(
      fc.property(key, fc.nat(), fc.nat(), (key, a, b) => {
        const [i, j] = [a % key.length, b % key.length]
        fc.pre(key[i] !== key[j])
        const swapped = [...key].map((c, at) => (at === i ? key[j] : at === j ? key[i] : c)).join('')
        expect(orgOfKey(swapped)).toBeUndefined()
      }),
      { numRuns: 2000 },
    )
  })

  test('is refused with a character more or less, anywhere, and with white space around it', () => {
    fc.assert(
      fc.property(key, fc.nat(), printable, (key, at, character) => {
        const index = at % (key.length + 1)
        expect(orgOfKey(key.slice(0, index) + character + key.slice(index))).toBeUndefined()
        if (index < key.length) expect(orgOfKey(key.slice(0, index) + key.slice(index + 1))).toBeUndefined()
        for (const around of [` ${key}`, `${key} `, `${key}\n`, `\n${key}`])
          expect(orgOfKey(around)).toBeUndefined()
      }),
      { numRuns: 500 },
    )
  })

  test.each(['', 'wr_', 'sk-proj-0123456789', `wr_acme_${'0'.repeat(32)}_000000`])(
    'is not what was never made: "%s"',
    (text) => expect(orgOfKey(text)).toBeUndefined(),
  )

  test('is never made twice, and uses the whole alphabet', () => {
    const keys = Array.from({ length: 500 }, () => newKey('acme'))
    expect(new Set(keys).size).toBe(500)
    expect(new Set(keys.map((key) => key.slice(8, 40)).join('')).size).toBe(62)
  })

  test('of the root admin is no caller key', () => {
    expect(newAdminKey()).toMatch(/^wradm_[0-9A-Za-z]{40}$/)
    expect(orgOfKey(newAdminKey())).toBeUndefined()
  })
})

describe('an id', () => {
  const kinds: readonly IdKind[] = ['req', 'key', 'prj', 'lim', 'aud']

  test('names its org, to who asks for its kind', () => {
    fc.assert(
      fc.property(slug, fc.constantFrom(...kinds), fc.constantFrom(...kinds), (slug, kind, asked) => {
        expect(orgOfId(asked, newId(kind, slug))).toBe(kind === asked ? slug : undefined)
      }),
    )
  })

  test('is refused with anything before or after it, or in capitals', () => {
    const id = newId('req', 'acme')
    for (const text of [`${id} `, `x${id}`, `${id}\n`, id.toUpperCase(), id.slice(0, -1), ''])
      expect(orgOfId('req', text)).toBeUndefined()
  })

  test('sorts after those made before it', () => {
    const ids = Array.from({ length: 200 }, () => newId('req', 'acme'))
    expect(ids.toSorted()).toEqual(ids)
  })
})

describe('a slug', () => {
  test.each(['ab', 'eu', 'a'.repeat(20), 'eu-ab', `eu-${'9'.repeat(20)}`])('may be %s', (text) => {
    expect(isSlug(text)).toBe(true)
    expect(slugOf(text)).toBe(text)
    expect(slugOf(orgId(text))).toBe(text)
  })

  test.each(['', 'a', 'a'.repeat(21), 'Ab', 'a-b', 'us-ab', 'eu-', 'eu-a', 'a_b', 'é1', 'ab\n', 'org_ab'])(
    'may not be "%s"',
    (text) => expect(isSlug(text)).toBe(false),
  )
})
