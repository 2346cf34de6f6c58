import { expect } from 'vitest'
import type { Promises } from './contract.ts'
import { adjustmentOf, budget, charges, ever } from './adjustment-harness.ts'
import { idOf, noon, refusalOf, root } from './harness.ts'
import { allPages } from './records.ts'

export function adjustmentRecordPromises(promises: Promises): void {
  promises('a correction that is sent again counts once', async (org) => {
    const limit = await org.limit(budget)
    const wanted = adjustmentOf(org, 9, { keyId: org.keyId, note: 'goodwill' })
    const answers = await Promise.all([1, 2].map(() => org.book.adjust(wanted, root)))
    expect(answers[1]).toEqual(answers[0])
    const change = { actor: 'root', idempotencyKey: 'k' }
    const made = await org.book.adjust(adjustmentOf(org, 9), change)
    await org.crash()
    expect(await org.book.adjust(adjustmentOf(org, 9), change)).toEqual({ ...made, replayed: true })
    expect((await org.counts(limit)).spent).toBe(18)
    expect(await charges(org, [])).toEqual({ '': 18 })
  })

  promises(
    'corrections are listed newest first, with what they are about, and leave a line in the trail',
    async (org) => {
      const id = await org.open({ cost: 5 }, { endUser: 'ann', tags: { a: 'b' } })
      await org.settle(id, { cost: 5 })
      org.clock.time += 7
      const wanted = [
        adjustmentOf(org, -5, { requestId: id, note: 'n' }),
        adjustmentOf(org, 6, { keyId: org.keyId }),
        adjustmentOf(org, 7, { projectId: org.projectId }),
        adjustmentOf(org, 8),
      ]
      for (const each of wanted) await org.book.adjust(each, { actor: 'someone' })
      const listed = await allPages(
        (query) => org.book.adjustments(query),
        (record) => record.id,
        3,
      )
      const now = org.clock.time
      const nothing = { model: '', provider: '', tags: {}, at: now }
      const owner = { keyId: org.keyId, projectId: org.projectId }
      const call = {
        ...owner,
        endUser: 'ann',
        model: 'gpt-5.2',
        provider: 'openai',
        tags: { a: 'b' },
        at: noon,
      }
      const details = [call, { ...owner, ...nothing }, nothing, nothing]
      expect(listed).toEqual(
        wanted
          .map((each, index) => ({ kind: 'adjustment', ...each, ...details[index], createdAt: now }))
          .toReversed(),
      )
      const trail = await allPages(
        (query) => org.book.audit(query),
        (line) => line.id,
        50,
      )
      const lines = trail.filter(({ actor }) => actor === 'someone')
      expect(lines.map(({ action, target }) => [action, target])).toEqual(
        wanted.map(({ id }) => ['adjustment-created', id]).toReversed(),
      )
    },
  )

  promises('what does not exist cannot be corrected, nor a call under way', async (org) => {
    const id = await org.open()
    for (const target of [
      { requestId: id },
      { requestId: org.call().id },
      { keyId: idOf('key', org.slug) },
      { projectId: idOf('prj', org.slug) },
    ])
      expect(refusalOf(await org.book.adjust(adjustmentOf(org, 1, target), root)).code).toBe('not_found')
    expect(await org.book.adjustments({ limit: 9 })).toEqual({ data: [], hasMore: false })
  })

  promises('a correction by no whole, safe amount is refused', async (org) => {
    await org.limit(budget)
    for (const charge of [0.5, NaN, Infinity, -Infinity, 2 ** 53, -(2 ** 53)])
      expect(refusalOf(await org.book.adjust(adjustmentOf(org, charge), root)).code).toBe('invalid_request')
    expect(await org.book.usage({ ...ever, groupBy: [] })).toEqual([])
  })
}
