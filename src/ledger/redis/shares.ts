import { isRate, type Limit } from '../limit.ts'
import { sharedCounter } from '../moves.ts'
import { contended, mostTries, type Space } from './space.ts'
import { plannedMove, type Plan } from './transact.ts'

/**
 * The counters of a limit that each end user has, of which there may be a hundred thousand: some hundred in one step, for Redis does
 * nothing else meanwhile.
 */

const together = 200

/** Notes how full the buckets of a rate are, before it begins to drain otherwise. */
export async function settleShares(space: Space, limit: Limit): Promise<void> {
  if (!isRate(limit) || limit.scope.type !== 'end_user') return
  await inChunks(await sharesOf(space, limit), (counters) => {
    const still = { limit, at: 0, held: 0, spent: 0, fill: 0 }
    return insist(space, () => ({ moves: counters.map((counter) => plannedMove({ ...still, counter })) }))
  })
}

/** Forgets the counters of a limit that is gone: nobody finds them any more. */
export async function dropShares(space: Space, limit: Limit): Promise<void> {
  if (limit.scope.type !== 'end_user') return
  const { keys } = space
  await inChunks(await sharesOf(space, limit), (counters) => {
    const tallies = counters.map((counter) => keys.tally(counter))
    const writes = [
      ['ZREM', keys.live, ...counters],
      ['HDEL', keys.buckets, ...counters],
      ['DEL', ...tallies],
    ]
    return insist(space, () => ({ moves: [], writes }))
  })
}

async function sharesOf({ connection, keys }: Space, limit: Limit): Promise<string[]> {
  const shared = sharedCounter(limit)
  const live = (await connection.command('ZRANGE', keys.live, '0', '-1')) as string[]
  return [shared, ...live.filter((counter) => counter.startsWith(shared))]
}

async function inChunks(all: readonly string[], work: (some: string[]) => Promise<void>): Promise<void> {
  for (let done = 0; done < all.length; done += together) await work(all.slice(done, done + together))
}

async function insist(space: Space, plan: () => Pick<Plan, 'moves' | 'writes'>): Promise<void> {
  for (let tries = 0; tries < mostTries; tries++)
    if ((await space.transact({ now: space.now(), ...plan() })).status === 'ok') return
  throw contended()
}
