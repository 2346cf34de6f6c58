import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'

export const adminKey = 'chaos-admin-key-0123456789'

const longestMs = 10_000

/** The admin API of gateways that may be away: it asks one after the other until one answers, and sends a create again under the same key. */
export class Admin {
  readonly #urls: readonly string[]
  #next = 0
  #created = 0

  constructor(urls: readonly string[]) {
    this.#urls = urls
  }

  /** Reads from one gateway, once; rejects if it cannot. */
  async read(path: string, from = this.#someUrl()): Promise<string> {
    const answer = await fetch(`${from}/admin/v1${path}`, { headers: this.#headers })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${text}`)
    return text
  }

  /** Reads a list to its end. */
  async list<T extends z.ZodType>(path: string, item: T): Promise<z.output<T>[]> {
    const found: z.output<T>[] = []
    const separator = path.includes('?') ? '&' : '?'
    for (let after = ''; ;) {
      const text = await this.read(`${path}${separator}limit=200${after && `&after=${after}`}`)
      const page = pageSchema.parse(JSON.parse(text))
      found.push(...z.array(item).parse(page.data))
      if (!page.has_more || !page.next) return found
      after = page.next
    }
  }

  /** Creates, exactly once, however often that must be tried. The first try is given so long. */
  async create(path: string, body: object, patienceMs = longestMs): Promise<Made> {
    const idempotencyKey = `chaos-${++this.#created}`
    for (let patience = patienceMs; ; patience = longestMs) {
      const answer = await this.#post(path, body, { idempotencyKey, patience }).catch(() => undefined)
      if (answer && answer.status < 300) return madeSchema.parse(JSON.parse(answer.text))
      // A gateway that is away or cannot reach its ledger may come back; a refusal stays one.
      if (answer && answer.status < 500) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`)
      if (patience === longestMs) await pause(100)
    }
  }

  async #post(
    path: string,
    body: object,
    { idempotencyKey, patience }: { readonly idempotencyKey: string; readonly patience: number },
  ): Promise<{ readonly status: number; readonly text: string }> {
    const answer = await fetch(`${this.#someUrl()}/admin/v1${path}`, {
      method: 'POST',
      headers: { ...this.#headers, 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(patience),
    })
    return { status: answer.status, text: await answer.text() }
  }

  #someUrl(): string {
    return this.#urls[this.#next++ % this.#urls.length] ?? ''
  }

  // A kept connection would break with its gateway, in the middle of something else.
  readonly #headers = { authorization: `Bearer ${adminKey}`, connection: 'close' }
}

const pageSchema = z.object({
  data: z.array(z.unknown()),
  has_more: z.boolean(),
  next: z.string().nullable(),
})

const madeSchema = z.looseObject({ id: z.string(), key: z.string().optional() })

export type Made = z.output<typeof madeSchema>
