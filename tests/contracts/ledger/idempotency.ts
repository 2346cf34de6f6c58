import { expect } from 'vitest'
import type { Promises } from './contract.ts'
import { idOf, refusalOf } from './harness.ts'

export function idempotencyPromises(promises: Promises): void {
  promises(
    'an idempotency key makes one record, also when used twice at once and after a crash',
    async (org) => {
      const change = { actor: 'root', idempotencyKey: 'once' }
      const project = () => org.book.createProject({ id: idOf('prj', org.slug), name: 'p' }, change)
      // Over several connections either may be the first to arrive.
      const both = await Promise.all([project(), project()])
      const made = both.find((one) => one.kind === 'created' && !one.replayed)
      const again = { ...made, replayed: true }
      expect(both).toContainEqual(again)
      expect(made).toMatchObject({ kind: 'created' })
      await org.crash()
      expect(await project()).toEqual(again)
      expect(await org.book.projects({ limit: 9 })).toMatchObject({
        data: [{ id: org.projectId }, { name: 'p' }],
        hasMore: false,
      })
    },
  )

  promises('an idempotency key belongs to its actor, and to what it made', async (org) => {
    const limit = () =>
      ({
        id: idOf('lim', org.slug),
        scope: org.scope('org'),
        metric: 'requests',
        per: 'day',
        amount: 5,
      }) as const
    const change = { actor: 'root', idempotencyKey: 'k' }
    const made = await org.book.createLimit(limit(), change)
    expect(await org.book.createLimit(limit(), change)).toEqual({ ...made, replayed: true })
    expect(await org.book.createLimit(limit(), { ...change, actor: 'key_other' })).toMatchObject({
      replayed: false,
    })
    const project = { id: idOf('prj', org.slug), name: 'p' }
    expect(refusalOf(await org.book.createProject(project, change)).code).toBe('conflict')
    expect(await org.book.limits({ limit: 9 })).toMatchObject({ data: [{}, {}], hasMore: false })
  })

  promises(
    'an idempotency key is not taken for something else, nor is a resent create made twice',
    async (org) => {
      const change = { actor: 'root', idempotencyKey: 'k', digest: 'a' }
      const project = { id: idOf('prj', org.slug), name: 'p' }
      const made = await org.book.createProject(project, change)
      expect(await org.book.createProject(project, change)).toEqual({ ...made, replayed: false })
      const other = { id: idOf('prj', org.slug), name: 'q' }
      expect(await org.book.createProject(other, change)).toEqual({ ...made, replayed: true })
      const refusal = refusalOf(await org.book.createProject(other, { ...change, digest: 'b' }))
      expect(refusal.code).toBe('conflict')
    },
  )

  promises('a create that was refused does not use up its idempotency key', async (org) => {
    const change = { actor: 'root', idempotencyKey: 'k' }
    const key = { id: idOf('key', org.slug), name: 'k', scopes: ['call'], limits: [], hash: 'h' } as const
    expect(refusalOf(await org.book.createKey({ ...key, projectId: 'prj_none' }, change)).code).toBe(
      'not_found',
    )
    expect(await org.book.createKey(key, change)).toMatchObject({ kind: 'created', replayed: false })
    expect(await org.book.createKey({ ...key, id: 'x', hash: 'y' }, change)).toMatchObject({
      record: { id: key.id },
      replayed: true,
    })
  })
}
