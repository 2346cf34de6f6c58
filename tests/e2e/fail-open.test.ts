import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { expectBooksToAgree } from '../support/books.ts'
import { startGateway, type NodeGateway } from '../support/gateway.ts'
import { startCall } from '../support/leaving.ts'
import { readRefusal } from '../support/refusals.ts'
import { chat, type Tenant } from '../support/tenant.ts'
import { startWorld } from '../support/world.ts'

/** A Node gateway whose ledger takes nothing for a while: another program has locked an org's file. */

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-outage-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const journal = () => readFileSync(join(folder, 'journal-1.ndjson'), 'utf8')

async function start() {
  const begin = (options: object) => startGateway({ ...options, folder })
  const world = await startWorld({ host: 'node', start: begin })
  const tenant = await world.tenant({ key: { fail_open: { allowance: '1' } } })
  // Its policy is known from here on.
  expect((await tenant.post(chat())).status).toBe(200)
  await tenant.settled(1)
  return {
    world,
    tenant,
    gateway: world.gateway as NodeGateway,
    restart: () => begin(world.options),
  }
}

/** Locks the org's file; answers with how to give it back. */
function lockOut({ org }: Tenant): () => void {
  const database = new DatabaseSync(join(folder, 'orgs', `${org}.sqlite`))
  database.exec('PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE')
  return () => {
    database.exec('ROLLBACK')
    database.close()
  }
}

test('calls of a key that may go on are served meanwhile, and are in the books afterwards', async () => {
  const { world, tenant } = await start()
  const other = await tenant.anotherKey()
  expect((await tenant.post(chat(), { headers: { authorization: `Bearer ${other.key}` } })).status).toBe(200)
  await tenant.settled(2)
  const unlock = lockOut(tenant)
  const refused = await tenant.post(chat(), { headers: { authorization: `Bearer ${other.key}` } })
  expect(refused.headers.get('retry-after')).toBe('1')
  expect(await readRefusal(refused)).toMatchObject({ status: 503, code: 'ledger_unavailable' })
  for (const more of [{ max_tokens: 50 }, { max_tokens: 50, stream: true }]) {
    const answer = await tenant.post(chat({ text: 'Private words.' }, more))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-weir-ledger')).toBe('unreachable')
    expect(await answer.text()).toContain('Private')
  }
  await expect.poll(() => journal().match(/"end"/g)?.length).toBe(2)
  expect(journal()).not.toMatch(/Private|weirs/)
  expect(journal()).not.toContain(tenant.key)
  expect(statSync(join(folder, 'journal-1.ndjson')).mode & 0o777).toBe(0o600)
  unlock()
  const rows = await tenant.settled(4)
  expect(rows.map(({ outcome, usage_source: source }) => [outcome, source])).toEqual(
    Array.from({ length: 4 }, () => ['ok', 'exact']),
  )
  await expectBooksToAgree(tenant)
  await expect.poll(journal).toBe('')
  await world.stop()
})

test('what a gateway that is killed meanwhile had served is in the books after the next start', async () => {
  const { world, tenant, gateway, restart } = await start()
  const { acme } = world.simulators
  const unlock = lockOut(tenant)
  const done = await tenant.post(chat({}, { max_tokens: 50 }))
  const doneId = done.headers.get('x-request-id')
  await expect.poll(() => journal().match(/"end"/g)?.length).toBe(1)
  const body = chat({ wait_for: 'killed', wait_after: 4 }, { max_tokens: 50, stream: true })
  const standing = startCall(gateway, tenant.key, { body })
  await acme.arrived('killed')
  await standing.received(1)
  await gateway.kill()
  unlock()
  const again = await restart()
  const rows = await tenant.at(again).settled(3)
  expect(rows.find(({ id }) => id === doneId)).toMatchObject({ outcome: 'ok', usage_source: 'exact' })
  expect(rows.find(({ outcome }) => outcome === 'swept')).toMatchObject({
    usage_source: 'floor',
    usage: { output_tokens: 0, input_tokens: Math.ceil(Buffer.byteLength(JSON.stringify(body)) / 4) },
  })
  await expectBooksToAgree(tenant.at(again))
  await expect.poll(journal).toBe('')
  await again.stop()
  await world.stop()
})

test('a gateway that is stopped meanwhile leaves with 0, and its journal stays', async () => {
  const { world, tenant, gateway, restart } = await start()
  const unlock = lockOut(tenant)
  await (await tenant.post(chat({}, { max_tokens: 50 }))).text()
  await expect.poll(() => journal().match(/"end"/g)?.length).toBe(1)
  const exit = new Promise((resolve) => gateway.process.once('exit', resolve))
  gateway.process.kill('SIGTERM')
  expect(await exit).toBe(0)
  expect(journal()).toContain('"end"')
  unlock()
  const again = await restart()
  await tenant.at(again).settled(2)
  await expectBooksToAgree(tenant.at(again))
  await again.stop()
  await world.stop()
}, 60_000)
