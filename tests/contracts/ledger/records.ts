import { expect } from 'vitest'
import { orgId } from '../../../src/core/ids.ts'
import type { Refusal } from '../../../src/ledger/call.ts'
import type { Page, PageQuery } from '../../../src/ledger/records.ts'
import type { Promises } from './contract.ts'
import { idempotencyPromises } from './idempotency.ts'
import { idOf, refusalOf, root, small, type TestOrg } from './harness.ts'

/** Every record of a list, asked for a few at a time. */
export async function allPages<T>(
  ask: (query: PageQuery) => Promise<Page<T> | Refusal>,
  nameOf: (record: T) => string,
  limit: number,
): Promise<T[]> {
  const all: T[] = []
  for (let more = true; more;) {
    const last = all.at(-1)
    const page = await ask({ limit, ...(last && { after: nameOf(last) }) })
    if ('kind' in page) throw new Error(page.message)
    expect(page.data.length).toBe(page.hasMore ? limit : page.data.length)
    all.push(...page.data)
    expect(new Set(all.map(nameOf)).size).toBe(all.length)
    more = page.hasMore
  }
  return all
}

export function recordPromises(promises: Promises): void {
  promises('an org is made once, and renamed', async (org) => {
    const { slug } = org
    const createdAt = org.clock.time
    org.clock.time += 1000
    const again = await org.book.createOrg({ slug, name: 'Other' }, root)
    expect(again).toEqual({ kind: 'created', record: { slug, name: 'Test', createdAt }, replayed: true })
    expect(await org.book.updateOrg({ name: 'New' }, root)).toEqual({ slug, name: 'New', createdAt })
    expect(await org.book.org()).toEqual({ slug, name: 'New', createdAt })
  })

  promises('a key is made in a project that exists, and its text or hash is never told', async (org) => {
    const id = idOf('key', org.slug)
    const key = { id, name: 'k', scopes: ['call'] as const, limits: [], hash: 'secret' }
    const made = await org.book.createKey({ ...key, projectId: idOf('prj', org.slug) }, root)
    expect(refusalOf(made).code).toBe('not_found')
    const answers = [
      await org.book.createKey(key, root),
      await org.book.key(id),
      await org.book.keys({ limit: 9 }),
    ]
    expect(answers[1]).toEqual({ id, name: 'k', scopes: ['call'], createdAt: org.clock.time })
    expect(JSON.stringify([...answers, await org.book.audit({ limit: 50 })])).not.toContain('secret')
  })

  promises('a key is made with its limits', async (org) => {
    const id = idOf('key', org.slug)
    const limit = {
      id: idOf('lim', org.slug),
      scope: { type: 'key', id },
      metric: 'concurrency',
      amount: 1,
    } as const
    const keyHash = await org.key({ id, limits: [limit] })
    expect(await org.book.limitsOfKey(id)).toEqual([
      { limit: { ...limit, createdAt: org.clock.time }, spent: 0, held: 0 },
    ])
    await org.open(small, { keyHash })
    await org.refused(small, { keyHash })
    await org.open()
  })

  idempotencyPromises(promises)
  listPromises(promises)
  auditPromises(promises)
}

function listPromises(promises: Promises): void {
  promises('lists page without gaps or repeats', async (org) => {
    const { book, slug } = org
    for (let count = 0; count < 7; count++) {
      org.clock.time += 1
      await book.createProject({ id: idOf('prj', slug), name: `p${count}` }, root)
      await org.key({ id: idOf('key', slug), ...(count % 2 && { projectId: org.projectId }) })
      await org.limit({ on: count % 2 ? 'org' : 'key', metric: 'requests', per: 'day', amount: 100 })
      await org.settle(await org.open(), { cost: count })
    }
    for (const size of [1, 3, 7, 8, 50]) {
      const projects = await allPages(
        (query) => book.projects(query),
        (record) => record.id,
        size,
      )
      expect(projects.map(({ name }) => name)).toEqual(['project', 'p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6'])
      const keys = await allPages(
        (query) => book.keys(query),
        (record) => record.id,
        size,
      )
      expect(new Set(keys.map(({ id }) => id)).size).toBe(8)
      const own = await allPages(
        (query) => book.keys({ ...query, projectId: org.projectId }),
        (record) => record.id,
        size,
      )
      expect(own.map(({ id }) => id)).toEqual(
        keys.filter((key) => key.projectId === org.projectId).map(({ id }) => id),
      )
      expect(own).toHaveLength(4)
      const limits = await allPages(
        (query) => book.limits(query),
        (record) => record.limit.id,
        size,
      )
      expect(new Set(limits.map(({ limit }) => limit.id)).size).toBe(7)
      const ofOrg = await allPages(
        (query) => book.limits({ ...query, scopeId: orgId(slug) }),
        (record) => record.limit.id,
        size,
      )
      expect(ofOrg).toHaveLength(3)
      const requests = await allPages(
        (query) => book.requests(query),
        (record) => record.id,
        size,
      )
      expect(requests.map(({ charge }) => charge)).toEqual([6, 5, 4, 3, 2, 1, 0])
      const audit = await allPages(
        (query) => book.audit(query),
        (record) => record.id,
        size,
      )
      expect(new Set(audit.map(({ id }) => id)).size).toBe(3 + 3 * 7)
      expect(audit.map(({ at }) => at)).toEqual(audit.map(({ at }) => at).toSorted((a, b) => b - a))
    }
  })
}

function auditPromises(promises: Promises): void {
  promises('every change leaves one line in the trail: who, when, what; nothing else does', async (org) => {
    const actor = `key_${org.slug}_admin`
    const lines: [action: string, target: string][] = [
      ['org-created', orgId(org.slug)], ['project-created', org.projectId], ['key-created', org.keyId],
    ] // prettier-ignore
    const limit = await org.limit({ metric: 'cost', per: 'day', amount: 100 })
    await org.book.updateLimit(limit, { amount: 7 }, { actor })
    await org.book.deleteLimit(limit, { actor })
    await org.book.updateOrg({ name: 'New' }, { actor })
    await org.settle(await org.open(), {})
    await org.book.revokeKey(org.keyId, { actor })
    await org.book.revokeKey(org.keyId, { actor })
    await org.book.updateLimit(limit, { amount: 8 }, { actor })
    await org.book.createOrg({ slug: org.slug, name: 'x' }, { actor })
    lines.push(['limit-created', limit], ['limit-updated', limit], ['limit-deleted', limit])
    lines.push(['org-updated', orgId(org.slug)], ['key-revoked', org.keyId])
    const expected = lines.map(([action, target], index) => ({
      action,
      target,
      at: org.clock.time,
      actor: index < 4 ? 'root' : actor,
    }))
    expect(await trailOf(org)).toMatchObject(expected.toReversed())
    expect(await trailOf(org)).toHaveLength(expected.length)
  })

  promises('a key and its limits leave a line each, a replay none', async (org) => {
    const id = idOf('key', org.slug)
    const limits = [
      { id: idOf('lim', org.slug), scope: { type: 'key', id }, metric: 'concurrency', amount: 1 },
    ] as const
    const key = { id, name: 'k', scopes: ['call'], limits, hash: 'h' } as const
    const change = { actor: 'root', idempotencyKey: 'k' }
    await org.book.createKey(key, change)
    await org.book.createKey(key, change)
    const trail = await trailOf(org)
    expect(trail.slice(0, 2)).toMatchObject([
      { action: 'limit-created' },
      { action: 'key-created', target: id },
    ])
    expect(trail).toHaveLength(5)
  })
}

async function trailOf(org: TestOrg) {
  return allPages(
    (query) => org.book.audit(query),
    (line) => line.id,
    100,
  )
}
