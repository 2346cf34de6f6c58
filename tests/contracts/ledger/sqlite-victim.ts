import { newId } from '../../../src/core/ids.ts'
import { noUsage } from '../../../src/core/usage.ts'
import { sqliteLedger } from '../../../src/platform/node/sqlite-ledger.ts'

/** A process that opens and settles calls of the org `victim`, and says what was answered, until it is killed. */
const folder = process.argv[2] ?? ''
const { book } = sqliteLedger({
  folder,
  durability: 'normal',
  leaseMs: 120_000,
  now: Date.now,
  log: () => {},
})
const change = { actor: 'root' }
const amounts = { inputTokens: 1, outputTokens: 1, cost: 10 }
const served = {
  provider: 'p',
  model: 'm',
  status: 200,
  latencyMs: 1,
  usage: noUsage,
  source: 'exact',
  providerCost: 7,
} as const

async function callOnce(): Promise<void> {
  const id = newId('req', 'victim')
  const candidates = [{ model: 'm', provider: 'p', hold: amounts, floor: amounts }]
  await book.open('victim', { id, keyHash: 'hash', policyVersion: '1', candidates })
  console.log(`opened ${id}`)
  await book.settle('victim', {
    id,
    attempts: [served],
    served: 0,
    source: 'exact',
    outcome: 'ok',
    charge: 7,
  })
  console.log(`settled ${id}`)
}

await book.createOrg('victim', { slug: 'victim', name: 'Victim' }, change)
await book.createKey('victim', { id: 'key', name: 'key', scopes: ['call'], limits: [], hash: 'hash' }, change)
const scope = { type: 'org', id: 'org_victim' } as const
await book.createLimit(
  'victim',
  { id: 'lim', scope, metric: 'cost', per: 'lifetime', amount: 1_000_000 },
  change,
)
for (;;) await Promise.all([callOnce(), callOnce(), callOnce()])
