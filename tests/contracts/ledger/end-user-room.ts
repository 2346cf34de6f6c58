import { expect } from 'vitest'
import type { Promises } from './contract.ts'
import { dayMs, limitOn } from './end-users.ts'
import { root, small, type TestOrg } from './harness.ts'

const ann = { endUser: 'ann' }
const bob = { endUser: 'bob' }
const cy = { endUser: 'cy' }
const dee = { endUser: 'dee' }

/** Opens and settles a call at a cost that must be granted. */
async function spend(org: TestOrg, cost: number, more: { endUser: string }): Promise<void> {
  await org.settle(await org.open({ cost }, more), { cost })
}

/** What happens where there are more end users than may have counters of their own. */
export function endUserRoomPromises(promises: Promises): void {
  const room = (count: number) => ({ maxEndUsers: count })

  promises(
    'end users beyond the most that have a share of their own have one together',
    async (org) => {
      const limit = await org.limit({ on: 'end_user', metric: 'cost', per: 'day', amount: 100 })
      await spend(org, 60, ann)
      await spend(org, 60, bob)
      await spend(org, 60, cy)
      expect(await org.refused({ cost: 60 }, dee)).toMatchObject({ limit: { spent: 60, held: 0 } })
      await org.open({ cost: 40 }, dee)
      for (const endUser of ['cy', 'dee', 'eve'])
        expect(await org.counts(limit, endUser)).toEqual({ spent: 60, held: 40 })
      for (const endUser of ['ann', 'bob'])
        expect(await org.counts(limit, endUser)).toEqual({ spent: 60, held: 0 })
      await org.crash()
      expect((await org.counts(limit, 'dee')).spent).toBe(60)
      await org.open({ cost: 40 }, ann)
      await org.refused({ cost: 60 }, cy)
    },
    room(2),
  )

  promises(
    'room is made when the windows of others have ended',
    async (org) => {
      const limit = await org.limit({ on: 'end_user', metric: 'cost', per: 'day', amount: 100 })
      for (const endUser of [ann, bob, cy]) await spend(org, 60, endUser)
      await org.refused({ cost: 60 }, dee)
      org.clock.time += dayMs
      await spend(org, 60, cy)
      await spend(org, 60, dee)
      for (const endUser of ['cy', 'dee', 'ann'])
        expect((await org.counts(limit, endUser)).spent).toBe(endUser === 'ann' ? 0 : 60)
      await spend(org, 60, ann)
      await org.refused({ cost: 60 }, bob)
    },
    room(2),
  )

  promises(
    'a bucket in debt is not forgotten to make room, until it has drained',
    async (org) => {
      const limit = await org.limit({ on: 'end_user', metric: 'tokens', per: 'minute', amount: 60 })
      await org.settle(await org.open({ inputTokens: 60 }, ann), { inputTokens: 60 * 60 * 60 })
      org.clock.time += 2.2 * dayMs
      await org.open({ inputTokens: 60 }, bob)
      expect((await org.counts(limit, 'bob')).spent).toBe(60)
      expect((await org.refused({ inputTokens: 1 }, ann)).code).toBe('rate_limited')
      expect((await org.counts(limit, 'ann')).spent).toBeGreaterThan(1000)
      org.clock.time += 2.2 * dayMs
      await org.open({ inputTokens: 60 }, bob)
      await org.open({ inputTokens: 30 }, ann)
      expect(await org.counts(limit, 'ann')).toEqual({ spent: 30, held: 0 })
    },
    room(1),
  )

  promises(
    'calls under way are not forgotten to make room',
    async (org) => {
      const limit = await org.limit({ on: 'end_user', metric: 'concurrency', amount: 1 })
      const id = await org.open(small, ann)
      org.clock.time += dayMs
      await org.open(small, bob)
      await org.refused(small, ann)
      await org.settle(id, {})
      expect(await org.counts(limit, 'ann')).toEqual({ spent: 0, held: 0 })
      await org.refused(small, cy)
    },
    room(1),
  )

  tightPromises(promises)
}

function tightPromises(promises: Promises): void {
  promises(
    'what an end user spends is counted in each limit, where there is room for some of them only',
    async (org) => {
      const limits = [
        await org.limit({ on: 'end_user', metric: 'cost', per: 'day', amount: 100 }),
        await org.limit({ on: 'end_user', metric: 'cost', per: 'month', amount: 100 }),
        await org.limit({ on: 'end_user', metric: 'requests', per: 'day', amount: 2 }),
      ]
      await spend(org, 60, ann)
      const counts = await Promise.all(limits.map((limit) => org.counts(limit, 'ann')))
      expect(counts.map(({ spent }) => spent)).toEqual([60, 60, 1])
      await org.refused({ cost: 60 }, ann)
      await spend(org, 40, ann)
      await org.refused({ cost: 0 }, ann)
      expect(
        (await Promise.all(limits.map((limit) => org.counts(limit, 'ann')))).map(({ spent }) => spent),
      ).toEqual([100, 100, 2])
    },
    { maxEndUsers: 2 },
  )

  promises(
    'deleting a limit makes room, and limits on single end users take none',
    async (org) => {
      const first = await org.limit({ on: 'end_user', metric: 'cost', per: 'lifetime', amount: 100 })
      const named = await limitOn(org, 'bob', { metric: 'cost', per: 'lifetime', amount: 1000 })
      await spend(org, 60, ann)
      await org.book.deleteLimit(first, root)
      const second = await org.limit({ on: 'end_user', metric: 'cost', per: 'lifetime', amount: 100 })
      await spend(org, 60, bob)
      await spend(org, 50, ann)
      expect((await org.counts(second, 'bob')).spent).toBe(60)
      expect((await org.counts(second, 'ann')).spent).toBe(50)
      expect((await org.counts(named)).spent).toBe(60)
    },
    { maxEndUsers: 1 },
  )

  promises(
    'a call that is refused takes no room',
    async (org) => {
      const limit = await org.limit({ on: 'end_user', metric: 'cost', per: 'day', amount: 100 })
      await org.refused({ cost: 101 }, ann)
      await spend(org, 60, bob)
      expect((await org.counts(limit, 'bob')).spent).toBe(60)
      expect((await org.counts(limit, 'ann')).spent).toBe(0)
    },
    { maxEndUsers: 1 },
  )
}
