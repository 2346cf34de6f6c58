import fc from 'fast-check'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Store } from '../../../src/store/store.ts'

const keepMs = 60_000
const kind = 'response'

/** What every store must do. `make` is called once. */
export function testStore(name: string, make: () => Promise<Store>): void {
  describe(`${name} store`, () => {
    let store: Store
    beforeAll(async () => {
      store = await make()
    })
    afterAll(() => store.close())

    test('gives back what was put, to the byte', () =>
      fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => {
          await store.put('acme', { kind, id: 'r1', text, keepMs })
          expect(await store.get('acme', kind, 'r1')).toBe(text)
        }),
        { numRuns: 30 },
      ))

    test('keeps the last of two texts under one id', async () => {
      await store.put('acme', { kind, id: 'r2', text: 'old', keepMs })
      await store.put('acme', { kind, id: 'r2', text: 'new', keepMs })
      expect(await store.get('acme', kind, 'r2')).toBe('new')
    })

    test('gives nothing of one org to another, whatever the id', async () => {
      await store.put('acme', { kind, id: 'secret', text: 'mine', keepMs })
      for (const org of ['other', 'acm', 'acme:', ''])
        for (const id of ['secret', 'response:secret', 'me:response:secret'])
          expect(await store.get(org, kind, id)).toBeUndefined()
    })

    test('deletes, and says whether there was anything', async () => {
      await store.put('acme', { kind, id: 'r3', text: 'x', keepMs })
      expect(await store.delete('other', kind, 'r3')).toBe(false)
      expect(await store.delete('acme', kind, 'r3')).toBe(true)
      expect(await store.delete('acme', kind, 'r3')).toBe(false)
      expect(await store.get('acme', kind, 'r3')).toBeUndefined()
    })

    test('forgets a text whose time is over, and no other', async () => {
      await store.put('acme', { kind, id: 'short', text: 'x', keepMs: 1 })
      await store.put('acme', { kind, id: 'long', text: 'y', keepMs })
      while ((await store.get('acme', kind, 'short')) !== undefined) await setTimeout(1)
      expect(await store.delete('acme', kind, 'short')).toBe(false)
      expect(await store.get('acme', kind, 'long')).toBe('y')
    })

    test('keeps texts for longer, those that are there and meant, and never for less long', async () => {
      const short = { kind, text: 'x', keepMs: 300 } as const
      for (const id of ['renewed', 'other']) await store.put('acme', { ...short, id })
      await store.put('acme', { ...short, kind: 'turn', id: 'renewed' })
      await store.put('other', { ...short, id: 'renewed' })
      await store.put('acme', { ...short, id: 'longer', keepMs })
      await store.renew('acme', kind, { ids: ['renewed', 'longer', 'none'], keepMs: 5_000 })
      await store.renew('acme', kind, { ids: ['longer'], keepMs: 1 })
      await store.renew('acme', kind, { ids: [], keepMs })
      while ((await store.get('other', kind, 'renewed')) !== undefined) await setTimeout(10)
      while ((await store.get('acme', kind, 'other')) !== undefined) await setTimeout(10)
      while ((await store.get('acme', 'turn', 'renewed')) !== undefined) await setTimeout(10)
      expect(await store.get('acme', kind, 'renewed')).toBe('x')
      expect(await store.get('acme', kind, 'longer')).toBe('x')
      expect(await store.get('acme', kind, 'none')).toBeUndefined()
    })

    test('takes a text of a megabyte', async () => {
      const text = '水'.repeat(350_000)
      await store.put('acme', { kind, id: 'big', text, keepMs })
      expect(await store.get('acme', kind, 'big')).toBe(text)
    })
  })
}
