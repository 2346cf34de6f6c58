import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sqliteStore } from '../../../src/platform/node/sqlite-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { testStore } from './contract.ts'

function storeInNewFolder(now = () => Date.now()): { folder: string; store: Store } {
  const folder = mkdtempSync(join(tmpdir(), 'weir-store-'))
  const store = sqliteStore(folder, now)
  const close = () => store.close().finally(() => rmSync(folder, { recursive: true, force: true }))
  return { folder, store: { ...store, close } }
}

testStore('sqlite', async () => storeInNewFolder().store)

test('a text outlives the process that put it', async () => {
  const { folder, store } = storeInNewFolder()
  await store.put('acme', { kind: 'response', id: 'r', text: 'x', keepMs: 60_000 })
  const next = sqliteStore(folder, () => Date.now())
  expect(await next.get('acme', 'response', 'r')).toBe('x')
  await next.close()
  await store.close()
})
