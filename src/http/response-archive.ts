import { WeirError } from '../core/errors.ts'
import { isFields, listOf, textOf, utf8Length, type Fields } from '../dialects/fields.ts'
import { maxStoredBytes, type StoredKind } from '../store/store.ts'
import type { HttpDeps } from './deps.ts'

/** What the caller sent for a response, and the one that it went on from. */
interface Sent {
  readonly items: readonly unknown[]
  readonly previous?: string
}

/** A response as it is kept. */
export interface KeptResponse extends Sent {
  readonly response: Fields
}

/** A response as a part of a conversation: what was sent for it, and what was said. */
export interface Turn extends Sent {
  /** The response's. */
  readonly id: string
  readonly output: readonly unknown[]
}

const dayMs = 86_400_000
/** As long as OpenAI keeps them. */
const keepMs = 30 * dayMs
/** What a response stands on outlives it. */
const keepTurnMs = keepMs + dayMs
/** A conversation of more turns than this has outgrown every context. */
const mostTurns = 1_000
/** Of a conversation that is only looked at. */
const mostBytes = 64 * 1024 * 1024

/**
 * The responses that an org's callers may go on from. Who goes on from one stands on a copy of its turn, which is there for as long as
 * any response that stands on it, whatever becomes of the response itself. So each turn is kept twice at most, however many follow.
 */
export class ResponseArchive {
  readonly #deps: Pick<HttpDeps, 'store' | 'log'>

  constructor(deps: Pick<HttpDeps, 'store' | 'log'>) {
    this.#deps = deps
  }

  /** Keeps a response, each item of its output, and the turns before it. What cannot be kept is logged. Never rejects. */
  async keep(org: string, kept: KeptResponse, before: readonly Turn[]): Promise<void> {
    const items = listOf(kept.response, 'output').filter(isFields)
    const last = before.at(-1)
    await Promise.all([
      this.#put(org, 'response', { id: textOf(kept.response, 'id'), value: kept, keepMs }),
      ...items.map((item) => this.#put(org, 'item', { id: textOf(item, 'id'), value: item, keepMs })),
      last && this.#put(org, 'turn', { id: last.id, value: last, keepMs: keepTurnMs }),
      before.length > 1 && this.#renew(org, before.slice(0, -1)),
    ])
  }

  /** Throws WeirError `not_found` if there is none of this id. */
  async find(org: string, id: string): Promise<KeptResponse> {
    const text = await this.#reach(this.#deps.store.get(org, 'response', id))
    if (text === undefined) throw missing('response', id)
    // `keep` wrote it.
    return JSON.parse(text) as KeptResponse
  }

  /** As JSON. Throws WeirError `not_found` if there is none of this id. */
  async item(org: string, id: string): Promise<string> {
    const text = await this.#reach(this.#deps.store.get(org, 'item', id))
    if (text === undefined) throw missing('item', id)
    return text
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

  /**
   * The turns of a conversation up to that of a response, oldest first. Throws WeirError `not_found` if there is none of this id, and
   * what `grow` throws, which is told how long each of them is.
   */
  async conversation(
    org: string,
    id: string,
    grow: (bytes: number) => void = growingTo(mostBytes),
  ): Promise<readonly Turn[]> {
    const turns = [turnOf(id, await this.find(org, id))]
    grow(lengthOf(turns[0]))
    for (let next = turns[0]?.previous; next !== undefined;) {
      if (turns.length === mostTurns)
        throw new WeirError('invalid_request', 'This conversation has too many turns.', {
          param: 'previous_response_id',
        })
      const turn = await this.#turn(org, next)
      if (!turn) throw unfounded(id)
      grow(lengthOf(turn))
      turns.push(turn)
      next = turn.previous
    }
    return turns.toReversed()
  }

  async #turn(org: string, id: string): Promise<Turn | undefined> {
    const { store } = this.#deps
    const turn = await this.#reach(store.get(org, 'turn', id))
    // `keep` wrote both.
    if (turn !== undefined) return JSON.parse(turn) as Turn
    const response = await this.#reach(store.get(org, 'response', id))
    return response === undefined ? undefined : turnOf(id, JSON.parse(response) as KeptResponse)
  }

  async #reach<T>(asked: Promise<T>): Promise<T> {
    try {
      return await asked
    } catch (error) {
      this.#deps.log('error', 'store-unreachable', { reason: String(error) })
      throw unreachable()
    }
  }

  async #put(org: string, kind: StoredKind, { id, value, keepMs }: Kept): Promise<void> {
    const text = JSON.stringify(value)
    if (id === undefined || utf8Length(text) > maxStoredBytes) return
    await this.#try(this.#deps.store.put(org, { kind, id, text, keepMs }))
  }

  async #renew(org: string, turns: readonly Turn[]): Promise<void> {
    const ids = turns.map(({ id }) => id)
    await this.#try(this.#deps.store.renew(org, 'turn', { ids, keepMs: keepTurnMs }))
  }

  async #try(keeping: Promise<void>): Promise<void> {
    await keeping.catch((error: unknown) => {
      this.#deps.log('warn', 'response-not-kept', { reason: String(error) })
    })
  }
}

interface Kept {
  readonly id: string | undefined
  readonly value: object
  readonly keepMs: number
}

function growingTo(most: number): (bytes: number) => void {
  let length = 0
  return (bytes) => {
    length += bytes
    if (length > most) throw new WeirError('request_too_large', 'This conversation is too long to be shown.')
  }
}

/** Of what goes up of a turn, in characters of JSON. */
function lengthOf(turn: Turn | undefined): number {
  return turn ? JSON.stringify([turn.items, turn.output]).length : 0
}

function turnOf(id: string, { response, items, previous }: KeptResponse): Turn {
  return { id, items, output: listOf(response, 'output'), ...(previous !== undefined && { previous }) }
}

function unreachable(): WeirError {
  const message = 'What was kept for this org cannot be reached; nothing was sent.'
  return new WeirError('overloaded', message, { retryAfterSeconds: 1 })
}

function missing(kind: string, id: string): WeirError {
  const param = kind === 'response' ? 'previous_response_id' : 'input'
  return new WeirError('not_found', `No ${kind} ${id.slice(0, 100)} is kept for this org.`, { param })
}

function unfounded(id: string): WeirError {
  const message = `What came before the response ${id.slice(0, 100)} is not kept any more. Send the whole conversation.`
  return new WeirError('not_found', message, { param: 'previous_response_id' })
}
