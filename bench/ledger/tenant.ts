import { newId, orgId } from '../../src/core/ids.ts'
import { noUsage } from '../../src/core/usage.ts'
import { hashKey } from '../../src/ledger/key-hash.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'

/** An org with a project, keys, and a limit of each kind on three levels, none of which refuses. */

export const org = 'bench'
const change = { actor: 'root' }
const most = 1_000_000_000_000
const held = { inputTokens: 1_000, outputTokens: 500, cost: 12_345 }
const priceCard = 'openai/gpt-5.2@2026-01-01#abcdef'
const attempt = {
  provider: 'openai',
  model: 'gpt-5.2',
  status: 200,
  latencyMs: 5,
  usage: { ...noUsage, inputTokens: 900, outputTokens: 100 },
  source: 'exact',
  providerCost: 9_999,
  priceCard,
} as const

/** Sets it up; answers with the hashes of its keys. */
export async function setUp(ledger: Ledger, keys: number): Promise<string[]> {
  await ledger.directory.claim({ slug: org, name: 'Bench' })
  await ledger.book.createOrg(org, { slug: org, name: 'Bench' }, change)
  const project = newId('prj', org)
  await ledger.book.createProject(org, { id: project, name: 'Bench' }, change)
  const scopes = [
    { scope: { type: 'org', id: orgId(org) }, metric: 'cost', per: 'month', amount: most * 1_000 },
    { scope: { type: 'project', id: project }, metric: 'tokens', per: 'minute', amount: most },
  ] as const
  for (const limit of scopes) await ledger.book.createLimit(org, { id: newId('lim', org), ...limit }, change)
  const hashes: string[] = []
  while (hashes.length < keys) hashes.push(await addKey(ledger, project))
  return hashes
}

async function addKey(ledger: Ledger, projectId: string): Promise<string> {
  const id = newId('key', org)
  const hash = hashKey(id)
  const scope = { type: 'key', id } as const
  const limits = [
    { id: newId('lim', org), scope, metric: 'requests', per: 'minute', amount: most },
    { id: newId('lim', org), scope, metric: 'concurrency', amount: most },
  ] as const
  const key = { id, name: 'Bench', projectId, scopes: ['call'], hash, limits } as const
  await ledger.book.createKey(org, key, change)
  return hash
}

/** Opens a call; answers with its id. */
export async function open(ledger: Ledger, keyHash: string): Promise<string> {
  const id = newId('req', org)
  const candidate = { model: 'gpt-5.2', provider: 'openai', hold: held, floor: held, priceCard }
  const answer = await ledger.book.open(org, { id, keyHash, policyVersion: '1', candidates: [candidate] })
  if (answer.kind !== 'hold') throw new Error(`The call was not opened: ${JSON.stringify(answer)}`)
  return id
}

export async function settle(ledger: Ledger, id: string): Promise<void> {
  const end = { attempts: [attempt], served: 0, source: 'exact', outcome: 'ok', charge: 9_999 } as const
  const answer = await ledger.book.settle(org, { id, ...end })
  if (answer.kind !== 'receipt') throw new Error(`The call was not settled: ${JSON.stringify(answer)}`)
}
