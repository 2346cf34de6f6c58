import OpenAI from 'openai'
import { expect, vi } from 'vitest'
import { z } from 'zod'
import { adminClient, create, pageOf, type Send } from '../http/admin/client.ts'
import type { Gateway } from './gateway.ts'
import type { Script } from './simulator/simulator.ts'
import { limitSchema, rowSchema, usageSchema, type LimitLine, type Row } from './wire.ts'

export interface TenantOptions {
  /** Limits of its key, project or org, as the admin API takes them. */
  readonly key?: object
  readonly keyLimits?: readonly object[]
  readonly projectLimits?: readonly object[]
  readonly orgLimits?: readonly object[]
}

let made = 0

/** A limit of each metric that never refuses, so that every call shows in a counter. */
const watching = [
  { metric: 'concurrency', amount: 100_000 },
  { metric: 'requests', per: 'lifetime', amount: 1_000_000 },
  { metric: 'tokens', per: 'month', amount: 1_000_000_000_000 },
  { metric: 'input_tokens', per: 'lifetime', amount: 1_000_000_000_000 },
  { metric: 'output_tokens', per: 'month', amount: 1_000_000_000_000 },
  { metric: 'cost', per: 'lifetime', amount: '1000000' },
] as const

/** A chat request that asks the simulator for something. */
export function chat(sim: Script = {}, more: object = {}) {
  return {
    model: 'acme-chat',
    messages: [{ role: 'user' as const, content: 'Tell me about weirs. 🌊' }],
    sim,
    ...more,
  }
}

/** An org of its own with a project and a key, so that no test sees the calls of another. */
export class Tenant {
  readonly org: string
  readonly projectId: string
  readonly keyId: string
  readonly key: string
  readonly #gateway: Gateway
  readonly #root: Send

  private constructor(gateway: Gateway, made: Pick<Tenant, 'org' | 'projectId' | 'keyId' | 'key'>) {
    this.#gateway = gateway
    this.#root = adminClient(gateway.url, gateway.adminKey)
    this.org = made.org
    this.projectId = made.projectId
    this.keyId = made.keyId
    this.key = made.key
  }

  static async create(gateway: Gateway, options: TenantOptions = {}): Promise<Tenant> {
    const root = adminClient(gateway.url, gateway.adminKey)
    const org = `t${++made}x${process.pid}`
    await create(root, '/orgs', { name: org, slug: org })
    const project = await create(root, '/projects', { org, name: 'Project' })
    const limits = [...(options.keyLimits ?? [])]
    const key = await create(root, '/keys', { org, project: project.id, name: 'Key', limits, ...options.key })
    const scoped = [
      ...[...watching, ...(options.orgLimits ?? [])].map((limit) => ({ ...limit, scope: { type: 'org' } })),
      ...(options.projectLimits ?? []).map((limit) => ({
        ...limit,
        scope: { type: 'project', id: project.id },
      })),
    ]
    for (const limit of scoped) await create(root, '/limits', { org, ...limit })
    return new Tenant(gateway, { org, projectId: project.id, keyId: key.id, key: key.key ?? '' })
  }

  /** The same tenant at a gateway that was started anew. */
  at(gateway: Gateway): Tenant {
    return new Tenant(gateway, this)
  }

  /** Another key of the same org. */
  async anotherKey(options: object = {}): Promise<{ id: string; key: string }> {
    const key = await create(this.#root, '/keys', { org: this.org, name: 'Another', ...options })
    return { id: key.id, key: key.key ?? '' }
  }

  admin(method: string, path: string, body?: unknown) {
    return this.#root(method, path, body === undefined ? {} : { body })
  }

  /** The official SDK, as a caller of this tenant has it. */
  sdk(key = this.key): OpenAI {
    return new OpenAI({ baseURL: `${this.#gateway.url}/v1`, apiKey: key, maxRetries: 0 })
  }

  /** Sends a chat completion; a text or bytes go as they are. */
  post(
    body: object | string | Uint8Array<ArrayBuffer>,
    init: { headers?: Record<string, string>; signal?: AbortSignal } = {},
  ) {
    const raw = typeof body === 'string' || body instanceof Uint8Array
    return fetch(`${this.#gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/json', ...init.headers },
      body: raw ? body : JSON.stringify(body),
      ...(init.signal && { signal: init.signal }),
    })
  }

  get(path: string, key = this.key) {
    return fetch(`${this.#gateway.url}${path}`, { headers: { authorization: `Bearer ${key}` } })
  }

  /** Every row, oldest first. */
  async rows(): Promise<Row[]> {
    const rows: Row[] = []
    for (let after = ''; ;) {
      const page = pageOf(
        await this.admin('GET', `/requests?org=${this.org}&limit=200${after && `&after=${after}`}`),
      )
      rows.push(...z.array(rowSchema).parse(page.data))
      if (!page.has_more || !page.next) return rows.toReversed()
      after = page.next
    }
  }

  async limits(): Promise<LimitLine[]> {
    return z
      .array(limitSchema)
      .parse(pageOf(await this.admin('GET', `/limits?org=${this.org}&limit=200`)).data)
  }

  /** How many calls are under way. */
  async held(): Promise<number> {
    const limits = await this.limits()
    return Number(limits.find(({ metric, scope }) => metric === 'concurrency' && scope.type === 'org')?.held)
  }

  async usage() {
    const answer = await this.admin('GET', `/usage?org=${this.org}`)
    return z.object({ data: z.array(usageSchema) }).parse(answer.body).data[0]
  }

  /** Waits until so many calls are rows and nothing is under way; answers with the rows. */
  async settled(count: number): Promise<Row[]> {
    return vi.waitFor(
      async () => {
        const rows = await this.rows()
        expect(rows.length, 'rows').toBe(count)
        expect(await this.held(), 'calls under way').toBe(0)
        return rows
      },
      { timeout: 15_000, interval: 25 },
    )
  }

  /** The row of the only call. */
  async onlyRow(): Promise<Row> {
    const [row] = await this.settled(1)
    if (!row) throw new Error('There is no row.')
    return row
  }
}
