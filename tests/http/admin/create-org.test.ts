import { expect, test } from 'vitest'
import { createOrg } from '../../../src/http/admin/create-org.ts'
import type { Ledger } from '../../../src/ledger/ledger.ts'
import { memoryLedger } from '../../../src/ledger/memory/memory-ledger.ts'

/** An org is made in two steps, in the directory and in its book; a gateway may die, or be overtaken, in between. */

const change = { actor: 'root' }
const newLedger = () => memoryLedger({ now: () => 1_000, leaseMs: 1_000 })

/** A ledger whose first call of `createOrg` goes as it is told. */
function withFirstCreate(ledger: Ledger, first: () => Promise<unknown>): Ledger {
  let calls = 0
  const go = ledger.book.createOrg
  const createOrgOnce: typeof go = async (...args) => {
    if (calls++ === 0) await first()
    return go(...args)
  }
  return { ...ledger, book: { ...ledger.book, createOrg: createOrgOnce } }
}

const dies = async () => {
  throw new Error('died')
}

function gate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}

test('a slug that was claimed before a gateway died is completed, under the name that is asked for then', async () => {
  const ledger = withFirstCreate(newLedger(), dies)
  await expect(createOrg(ledger, { name: 'First', slug: 'acme' }, change)).rejects.toMatchObject({
    code: 'ledger_unavailable',
  })
  expect(await createOrg(ledger, { name: 'Second', slug: 'acme' }, change)).toMatchObject({
    replayed: false,
    record: { slug: 'acme', name: 'Second' },
  })
  expect((await ledger.directory.list({ limit: 9 })).data).toMatchObject([{ slug: 'acme', name: 'Second' }])
  await expect(createOrg(ledger, { name: 'Third', slug: 'acme' }, change)).rejects.toMatchObject({
    code: 'conflict',
  })
})

test('the retry with the same idempotency key completes the same org', async () => {
  const ledger = withFirstCreate(newLedger(), dies)
  const once = { ...change, idempotencyKey: 'k' }
  await expect(createOrg(ledger, { name: 'Acme' }, once)).rejects.toMatchObject({
    code: 'ledger_unavailable',
  })
  expect(await createOrg(ledger, { name: 'Acme' }, once)).toMatchObject({
    replayed: false,
    record: { slug: 'acme' },
  })
  expect(await createOrg(ledger, { name: 'Acme' }, once)).toMatchObject({
    replayed: true,
    record: { slug: 'acme' },
  })
  expect((await ledger.directory.list({ limit: 9 })).data).toHaveLength(1)
})

test('of two that claim a slug at the same time, the slower is refused', async () => {
  const late = gate()
  const ledger = withFirstCreate(newLedger(), () => late.opened)
  const slower = createOrg(ledger, { name: 'Slower', slug: 'acme' }, change)
  expect(await createOrg(ledger, { name: 'Faster', slug: 'acme' }, change)).toMatchObject({ replayed: false })
  late.open()
  await expect(slower).rejects.toMatchObject({ code: 'conflict' })
  expect(await ledger.book.org('acme')).toMatchObject({ name: 'Faster' })
})

test('a name whose slug was just lost to another gets the next one', async () => {
  const late = gate()
  const ledger = withFirstCreate(newLedger(), () => late.opened)
  const slower = createOrg(ledger, { name: 'Acme' }, change)
  await createOrg(ledger, { name: 'Acme', slug: 'acme' }, change)
  late.open()
  expect(await slower).toMatchObject({ record: { slug: expect.stringMatching(/^acme[0-9a-f]{6}$/) } })
})
