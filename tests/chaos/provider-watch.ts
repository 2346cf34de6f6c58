import type { Usage } from '../../src/core/usage.ts'
import { chunkOf, eventsOf } from '../support/events.ts'
import type { RecordedRequest, Simulator } from '../support/simulator/simulator.ts'
import { providerNames, type Arena, type ProviderName } from './arena.ts'
import { opening } from './call-plan.ts'

/** One request as its provider saw it. Times are Unix milliseconds, as near as the watch looks. */
export interface Served {
  readonly tag: string
  readonly provider: ProviderName
  readonly model: 'acme-chat' | 'backup-chat'
  readonly arrivedAt: number
  /** Until then it surely was there. */
  readonly leftAt: number
  /** What stands on the bill for it. */
  readonly billed?: Usage
  /** What it had put out when it broke off, if it is not on the bill. */
  readonly unbilled?: { readonly inputTokens: number; readonly outputTokens: number }
}

interface Stay {
  readonly arrivedAt: number
  leftAt: number | undefined
}

const lookEveryMs = 10
const modelOf = { acme: 'acme-chat', backup: 'backup-chat' } as const

/** Watches when requests come and go at the providers. */
export class ProviderWatch {
  readonly #providers: Arena['providers']
  readonly #stays: Readonly<Record<ProviderName, Stay[]>> = { acme: [], backup: [] }
  readonly #open: Readonly<Record<ProviderName, Set<number>>> = { acme: new Set(), backup: new Set() }
  readonly #timer: ReturnType<typeof setInterval>
  /** When it looked last, and when before that. A busy machine may keep it from looking, and from noticing who left at once. */
  #lastLooks: readonly [number, number] = [0, 0]

  constructor({ providers }: Pick<Arena, 'providers'>) {
    this.#providers = providers
    this.#timer = setInterval(() => {
      for (const name of providerNames) this.#look(name)
      this.#lastLooks = [Date.now(), this.#lastLooks[0]]
    }, lookEveryMs)
  }

  /** Ends the watch, and tells what it saw. */
  end(): Served[] {
    clearInterval(this.#timer)
    return providerNames.flatMap((name) => {
      this.#look(name)
      return this.#served(name)
    })
  }

  #look(name: ProviderName): void {
    const now = Date.now()
    const { requests } = this.#providers[name]
    const stays = this.#stays[name]
    const open = this.#open[name]
    for (let index = stays.length; index < requests.length; index++) {
      stays.push({ arrivedAt: now, leftAt: undefined })
      open.add(index)
    }
    for (const index of open) {
      const request = requests[index]
      const stay = stays[index]
      if (!request || !stay || isUnderWay(request)) continue
      stay.leftAt = this.#lastLooks[1]
      open.delete(index)
    }
  }

  #served(name: ProviderName): Served[] {
    const provider = this.#providers[name]
    const bills = new Map(provider.bill.entries.map(({ index, usage }) => [index, usage]))
    return provider.requests.map((request, index) => {
      const stay = this.#stays[name][index]
      const billed = bills.get(index)
      return {
        tag: tagOf(request),
        provider: name,
        model: modelOf[name],
        arrivedAt: stay?.arrivedAt ?? Date.now(),
        leftAt: stay?.leftAt ?? Date.now(),
        ...(billed ? { billed } : { unbilled: generated(provider, index) }),
      }
    })
  }
}

/** One that was refused is over with its head, however long its text may take. */
function isUnderWay({ aborted, finishedAt, status = 0 }: RecordedRequest): boolean {
  return !aborted && finishedAt === undefined && status < 400
}

function tagOf({ bodyBytes }: RecordedRequest): string {
  return new RegExp(`${opening}(\\S+)\\. `).exec(bodyBytes.toString())?.[1] ?? ''
}

/** Tokens that went out before an answer broke off: each is an event of a stream. Nothing of an answer that failed. */
function generated(provider: Simulator, index: number): { inputTokens: number; outputTokens: number } {
  const request = provider.requests[index]
  const sent = provider.lastAnswer(index)
  if (request?.status !== 200 || sent.length === 0) return { inputTokens: 0, outputTokens: 0 }
  const { sim } = request.body as { sim?: { prompt_tokens?: number } }
  const outputTokens = eventsOf(sent).filter(isToken).length
  return { inputTokens: sim?.prompt_tokens ?? 0, outputTokens }
}

function isToken(event: string): boolean {
  // What a fault left half said is none.
  if (!event.endsWith('\n\n') && !event.endsWith('\r\n\r\n')) return false
  try {
    const deltas = chunkOf(event)?.choices?.map(({ delta = {} }) => delta) ?? []
    return deltas.some(({ content, reasoning_content: thought }) => Boolean(content) || Boolean(thought))
  } catch {
    return false
  }
}
