import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ResponseArchive } from '../../src/http/response-archive.ts'
import { sqliteStore } from '../../src/platform/node/sqlite-store.ts'
import type { Store } from '../../src/store/store.ts'

const dayMs = 86_400_000
const org = 'acme'

let folder: string
let store: Store
let archive: ResponseArchive
let now: number
let logged: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-store-'))
  now = Date.now()
  store = sqliteStore(folder, () => now)
  logged = []
  archive = new ResponseArchive({ store, log: (_, event) => void logged.push(event) })
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const said = (id: string) => ({ id: `msg_${id}`, type: 'message', role: 'assistant', content: id })

/** Keeps a response as one that goes on from another. */
async function keep(id: string, previous?: string): Promise<void> {
  const before = previous === undefined ? [] : await archive.conversation(org, previous)
  const kept = { response: { id, output: [said(id)] }, items: [{ role: 'user', content: `to ${id}` }] }
  await archive.keep(org, { ...kept, ...(previous !== undefined && { previous }) }, before)
}

const turns = async (id: string) => (await archive.conversation(org, id)).map((turn) => turn.id)

test('a conversation is there for as long as its last response, however old the first is', async () => {
  await keep('r0')
  for (let at = 1; at < 6; at++) {
    now += 29 * dayMs
    await keep(`r${at}`, `r${at - 1}`)
  }
  now += 30 * dayMs - 1
  expect(await turns('r5')).toEqual(['r0', 'r1', 'r2', 'r3', 'r4', 'r5'])
  await expect(archive.find(org, 'r4')).rejects.toMatchObject({ code: 'not_found' })
  now += 1
  await expect(turns('r5')).rejects.toMatchObject({ code: 'not_found' })
  expect(logged).toEqual([])
})

test('branches of a conversation stand by themselves', async () => {
  await keep('r0')
  await keep('left', 'r0')
  await keep('right', 'r0')
  for (const id of ['r0', 'left']) await archive.delete(org, id)
  await keep('further', 'right')
  expect(await turns('further')).toEqual(['r0', 'right', 'further'])
  await expect(archive.find(org, 'left')).rejects.toMatchObject({ code: 'not_found' })
})

test('nothing is left of a deleted response that none went on from', async () => {
  await keep('r0')
  await archive.delete(org, 'r0')
  for (const kind of ['response', 'turn'] as const) expect(await store.get(org, kind, 'r0')).toBeUndefined()
  expect(await store.get(org, 'item', 'msg_r0')).toBeUndefined()
})

test('where what came before is gone, the id that was sent is told', async () => {
  for (const [id, previous] of [['r0'], ['r1', 'r0'], ['r2', 'r1']] as const) await keep(id, previous)
  await store.delete(org, 'turn', 'r0')
  await store.delete(org, 'response', 'r0')
  const refused = { code: 'not_found', message: expect.stringContaining('r2') }
  await expect(turns('r2')).rejects.toMatchObject(refused)
})

test('a conversation whose responses were kept without turns goes on', async () => {
  for (const [id, previous] of [['r0'], ['r1', 'r0'], ['r2', 'r1']] as const) await keep(id, previous)
  for (const id of ['r0', 'r1']) await store.delete(org, 'turn', id)
  expect(await turns('r2')).toEqual(['r0', 'r1', 'r2'])
})

test('a store that does not answer keeps nobody waiting, and is logged', async () => {
  await store.close()
  const before = [{ id: 'r0', items: [], output: [] }]
  await archive.keep(org, { response: { id: 'r1', output: [] }, items: [], previous: 'r0' }, before)
  expect(new Set(logged)).toEqual(new Set(['response-not-kept']))
  store = sqliteStore(folder, () => now)
})
