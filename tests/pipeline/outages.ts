import type { OpenCall } from '../../src/ledger/call.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { Journal } from '../../src/pipeline/journal.ts'
import { scripted, type Script } from './scripted.ts'
import { catalogue, providers } from './two-providers.ts'
import { makeWorld } from './world.ts'

/** Ledgers that cannot be reached, and keys that may go on without. */

export const change = { actor: 'root' }
export const usd = 1_000_000_000
export const nothingHeld = { cost: { held: 0 }, concurrency: { held: 0 }, requests: { held: 0 } }

/** A journal of one gateway for all its calls, that notes what it is told. */
export function notingJournal(points: string[], more: Partial<Journal> = {}): Journal {
  const note = (point: string) => {
    points.push(point)
    return Promise.resolve()
  }
  return {
    complete: true,
    left: [],
    begin: () => note('begin'),
    end: () => note('end'),
    posted: () => void note('posted'),
    ...more,
  }
}

export interface OutageOptions {
  readonly allowance?: number
  readonly journal?: Partial<Journal>
  readonly book?: (book: Ledger['book']) => Partial<Ledger['book']>
}

/** A world whose ledger can be cut off, with a key that may hold so much without it. */
export async function worldWithOutage(
  scripts: readonly Script[],
  { allowance = usd, journal, book }: OutageOptions = {},
) {
  const points: string[] = []
  const opened: OpenCall[] = []
  const reach = { down: false }
  const transport = scripted(scripts, (point) => points.push(point))
  const world = await makeWorld({
    catalogue,
    providers,
    transport,
    journal: notingJournal(points, journal),
    book: (real) => {
      const changed = { ...real, ...book?.(real) }
      const cut = <M extends (...args: never) => Promise<unknown>>(method: M) =>
        ((...args: never) => (reach.down ? Promise.reject(new Error('no such host')) : method(...args))) as M
      return {
        policy: cut(changed.policy),
        open: (org, call) => {
          opened.push(call)
          return cut(changed.open)(org, call)
        },
        extend: cut(changed.extend),
        settle: cut(changed.settle),
        post: cut(changed.post),
      }
    },
  })
  await world.book.updateKey('acme', world.keyId, { failOpenAllowance: allowance }, change)
  // Seen once: its policy is known from here on.
  await world.deps.authenticator.authenticate(world.callerWith())
  reach.down = true
  /** What the calls that were opened so far hold each. */
  const heldByEach = () => Math.max(...(opened.at(-1)?.candidates.map(({ hold }) => hold.cost) ?? []))
  return { ...world, points, sent: transport.sent, reach, heldByEach }
}
