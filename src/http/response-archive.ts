import { WeirError } from '../core/errors.ts'
import { isFields, listOf, parseJson, textOf, utf8Length, type Fields } from '../dialects/fields.ts'
import { maxStoredBytes } from '../store/store.ts'
import type { HttpDeps } from './deps.ts'

/** A response as it is kept: with what the caller sent for it, and the one that it went on from. */
export interface KeptResponse {
  readonly response: Fields
  readonly items: readonly unknown[]
  readonly previous?: string
}

/** As long as OpenAI keeps them. */
const keepMs = 30 * 86_400_000
/** A conversation of more turns than this has outgrown every context. */
const mostTurns = 1_000

/** The responses that an org's callers may go on from. */
export class ResponseArchive {
  readonly #deps: Pick<HttpDeps, 'store' | 'log'>

  constructor(deps: Pick<HttpDeps, 'store' | 'log'>) {
    this.#deps = deps
  }

  /** Keeps a response and each item of its output. What cannot be kept is logged. Never rejects. */
  async keep(org: string, kept: KeptResponse): Promise<void> {
    const items = listOf(kept.response, 'output').filter(isFields)
    await Promise.all([
      this.#put(org, 'response', { id: textOf(kept.response, 'id'), value: kept }),
      ...items.map((item) => this.#put(org, 'item', { id: textOf(item, 'id'), value: item })),
    ])
  }

  /** Throws WeirError `not_found` if there is none of this id. */
  async find(org: string, id: string): Promise<KeptResponse> {
    const text = await this.#reach(this.#deps.store.get(org, 'response', id))
    if (text === undefined) throw missing('response', id)
    // `keep` wrote it.
    return JSON.parse(text) as KeptResponse
  }

  /** Throws WeirError `not_found` if there is none of this id. */
  async item(org: string, id: string): Promise<unknown> {
    const text = await this.#reach(this.#deps.store.get(org, 'item', id))
    if (text === undefined) throw missing('item', id)
    return parseJson(text)
  }

  /** Throws WeirError `not_found` if there is none of this id. */
  async delete(org: string, id: string): Promise<void> {
    const { response } = await this.find(org, id)
    for (const item of listOf(response, 'output')) {
      const itemId = isFields(item) ? textOf(item, 'id') : undefined
      if (itemId !== undefined) await this.#reach(this.#deps.store.delete(org, 'item', itemId))
    }
    await this.#reach(this.#deps.store.delete(org, 'response', id))
  }

  /** All items of a conversation up to a response, oldest first. */
  async itemsUpTo(org: string, id: string): Promise<unknown[]> {
    const turns: KeptResponse[] = []
    for (let next: string | undefined = id; next !== undefined;) {
      if (turns.length === mostTurns)
        throw new WeirError('invalid_request', 'This conversation has too many turns.', {
          param: 'previous_response_id',
        })
      const kept = await this.find(org, next)
      turns.push(kept)
      next = kept.previous
    }
    return turns.toReversed().flatMap(({ items, response }) => [...items, ...listOf(response, 'output')])
  }

  async #reach<T>(asked: Promise<T>): Promise<T> {
    try {
      return await asked
    } catch (error) {
      this.#deps.log('error', 'store-unreachable', { reason: String(error) })
      throw unreachable()
    }
  }

  async #put(
    org: string,
    kind: 'response' | 'item',
    { id, value }: { readonly id: string | undefined; readonly value: object },
  ): Promise<void> {
    const text = JSON.stringify(value)
    if (id === undefined || utf8Length(text) > maxStoredBytes) return
    await this.#deps.store.put(org, { kind, id, text, keepMs }).catch((error: unknown) => {
      this.#deps.log('warn', 'response-not-kept', { reason: String(error) })
    })
  }
}

function unreachable(): WeirError {
  const message = 'What was kept for this org cannot be reached; nothing was sent.'
  return new WeirError('overloaded', message, { retryAfterSeconds: 1 })
}

function missing(kind: string, id: string): WeirError {
  const param = kind === 'response' ? 'previous_response_id' : 'input'
  return new WeirError('not_found', `No ${kind} ${id.slice(0, 100)} is kept for this org.`, { param })
}
