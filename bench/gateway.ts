import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { start, type Child } from './processes.ts'

/** Weir as an operator would run it: an org with a project and a key, and limits above the key at every level. */
export interface Gateway extends Child {
  readonly key: string
  /** What its books say of the org. */
  readBooks(): Promise<Books>
}

export interface Books {
  readonly requests: number
  readonly charge: string
  /** What the lifetime cost limit says was spent. */
  readonly spent: string
  /** Limits that still hold something. */
  readonly held: readonly string[]
}

const adminKey = 'bench-admin-key-0123456789'

const price = { currency: 'USD', per_million: { input: 0.4, cached_input: 0.1, output: 1.6 } }

/** One provider for each kind of answer, as the mock tells them apart by their path. */
function configFor(upstreamPort: number): object {
  const kinds = ['json', 'burst', 'paced']
  const provider = (kind: string) => ({
    base_url: `http://127.0.0.1:${upstreamPort}/${kind}/v1`,
    api_key_env: 'BENCH_API_KEY',
    speaks: ['openai-chat'],
  })
  const model = (kind: string) => ({
    provider: `mock-${kind}`,
    upstream: 'bench',
    context: 128_000,
    max_output: 16_384,
    price,
  })
  return {
    providers: Object.fromEntries(kinds.map((kind) => [`mock-${kind}`, provider(kind)])),
    models: Object.fromEntries(kinds.map((kind) => [`bench-${kind}`, model(kind)])),
  }
}

/** `flags` are Node's own, such as `--cpu-prof`. */
export async function startGateway(
  upstreamPort: number,
  { core, flags }: { core: number; flags: readonly string[] },
): Promise<Gateway> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'))
  const config = join(folder, 'weir.json')
  writeFileSync(config, JSON.stringify(configFor(upstreamPort)))
  const env = { PORT: '0', WEIR_DATA: folder, WEIR_CONFIG: config, WEIR_ADMIN_KEY: adminKey }
  const child = await start({
    file: 'src/node.ts',
    flags,
    env: { ...env, BENCH_API_KEY: 'mock-secret' },
    core,
  })
  const admin = adminOf(child.port)
  const key = await furnish(admin)
  return {
    ...child,
    key,
    readBooks: () => readBooks(admin),
    async stop() {
      await child.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

type Fields = Readonly<Record<string, string>>
type Admin = (path: string, body?: object) => Promise<Fields & { readonly data: readonly Fields[] }>

function adminOf(port: number): Admin {
  return async (path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}/admin/v1${path}`, {
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as Awaited<ReturnType<Admin>>
  }
}

/** The limits are so large that none ever refuses. */
async function furnish(admin: Admin): Promise<string> {
  const org = 'bench'
  await admin('/orgs', { name: 'Bench', slug: org })
  const project = await admin('/projects', { org, name: 'bench' })
  const key = await admin('/keys', { org, project: project['id'], name: 'bench' })
  const onOrg = { org, scope: { type: 'org' } }
  const onProject = { org, scope: { type: 'project', id: project['id'] } }
  const onKey = { org, scope: { type: 'key', id: key['id'] } }
  await admin('/limits', { ...onOrg, metric: 'cost', per: 'lifetime', amount: '4000000' })
  await admin('/limits', { ...onProject, metric: 'requests', per: 'day', amount: 1_000_000_000 })
  await admin('/limits', { ...onKey, metric: 'tokens', per: 'minute', amount: 1_000_000_000_000 })
  await admin('/limits', { ...onKey, metric: 'concurrency', amount: 10_000 })
  return key['key'] ?? ''
}

async function readBooks(admin: Admin): Promise<Books> {
  const usage = await admin('/usage?org=bench')
  const { data: limits } = await admin('/limits?org=bench&limit=100')
  const [line = {}] = usage.data
  return {
    requests: Number(line['requests'] ?? 0),
    charge: line['charge'] ?? '0',
    spent: limits.find(({ metric }) => metric === 'cost')?.['spent'] ?? '',
    held: limits.filter(({ held }) => Number(held) !== 0).map(({ metric, held }) => `${metric} ${held}`),
  }
}
