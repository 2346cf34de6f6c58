import { describe, expect, test } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import { newKey } from '../../src/core/keys.ts'
import { hashKey } from '../../src/ledger/key-hash.ts'
import { answer, request, worldWith } from './two-providers.ts'

const change = { actor: 'root' }
const suspended = expect.objectContaining({ code: 'suspended', status: 403 }) as Error

describe('a suspended org', () => {
  test('calls nothing from the next call on, though its key was seen a moment ago', async () => {
    const world = await worldWith([answer])
    await world.call(request)
    await world.book.updateOrg('acme', { suspended: true }, change)
    await expect(world.call(request)).rejects.toEqual(suspended)
    await expect(world.call(request)).rejects.toEqual(suspended)
    expect(world.sent).toHaveLength(1)
    expect(await world.counts()).toMatchObject({ concurrency: { held: 0 }, requests: { spent: 1 } })
  })

  test('calls again as soon as it is suspended no more', async () => {
    const world = await worldWith([answer])
    await world.book.updateOrg('acme', { suspended: true }, change)
    await expect(world.call(request)).rejects.toEqual(suspended)
    await world.book.updateOrg('acme', { suspended: false }, change)
    expect((await world.call(request)).status).toBe(200)
  })

  test('still reads what its key is, and what it used', async () => {
    const world = await worldWith([])
    await world.book.updateOrg('acme', { suspended: true }, change)
    const { policy } = await world.deps.authenticator.authenticateNow(world.callerWith())
    expect(policy).toMatchObject({ keyId: world.keyId, suspended: 'org' })
  })
})

test('a suspended project keeps its keys from calling, and no others', async () => {
  const world = await worldWith([answer])
  const projectId = newId('prj', 'acme')
  const text = newKey('acme')
  const key = { id: newId('key', 'acme'), name: 'key', scopes: ['call' as const], limits: [] }
  await world.book.createProject('acme', { id: projectId, name: 'Project' }, change)
  await world.book.createKey('acme', { ...key, projectId, hash: hashKey(text) }, change)
  await world.book.updateProject('acme', projectId, { suspended: true }, change)
  const within = world.callerWith({ authorization: `Bearer ${text}` })
  await expect(world.call(request, within)).rejects.toEqual(suspended)
  expect((await world.call(request)).status).toBe(200)
})
