import { expect } from 'vitest'
import { hashKey } from '../../../src/ledger/key-hash.ts'
import { bookMethods } from '../../../src/ledger/connect.ts'
import type { Promises } from './contract.ts'
import { attemptOf, bookOf, idOf, refusalOf, root, settlementOf, small } from './harness.ts'

export function keyPromises(promises: Promises): void {
  promises('a key answers with its policy', async (org) => {
    const id = idOf('key', org.slug)
    const expiresAt = org.clock.time + 1000
    const hash = await org.key({ id, name: 'ci', scopes: ['call', 'read'], models: ['gpt-*'], expiresAt })
    const policy = await org.book.policy(hash)
    expect(policy).toMatchObject({
      kind: 'policy',
      org: org.slug,
      keyId: id,
      keyName: 'ci',
      models: ['gpt-*'],
      expiresAt,
    })
    expect(policy).toMatchObject({ scopes: ['call', 'read'] })
    expect(policy).not.toHaveProperty('projectId')
    expect(await org.book.policy(org.keyHash)).toMatchObject({ projectId: org.projectId })
  })

  promises('a key that was never made is unknown', async (org) => {
    const keyHash = hashKey('wr_invented')
    expect(refusalOf(await org.book.policy(keyHash)).code).toBe('invalid_key')
    expect((await org.refused(small, { keyHash })).code).toBe('invalid_key')
  })

  promises('a revoked key opens nothing more, and its calls under way end as they would', async (org) => {
    const id = await org.open()
    expect(await org.book.revokeKey(org.keyId, root)).toMatchObject({ revokedAt: org.clock.time })
    expect(refusalOf(await org.book.policy(org.keyHash)).code).toBe('invalid_key')
    expect((await org.refused()).code).toBe('invalid_key')
    expect(await org.book.settle(settlementOf(id, { cost: 7 }))).toMatchObject({ charge: 7 })
  })

  promises('revoking a key again keeps the time at which it was revoked first', async (org) => {
    const first = await org.book.revokeKey(org.keyId, root)
    org.clock.time += 1000
    expect(await org.book.revokeKey(org.keyId, root)).toEqual(first)
  })

  promises('a key is refused from the millisecond at which it expires', async (org) => {
    const expiresAt = org.clock.time + 1000
    const keyHash = await org.key({ id: idOf('key', org.slug), expiresAt })
    org.clock.time = expiresAt - 1
    await org.open(small, { keyHash })
    org.clock.time = expiresAt
    expect(refusalOf(await org.book.policy(keyHash)).code).toBe('invalid_key')
    expect((await org.refused(small, { keyHash })).code).toBe('invalid_key')
  })

  promises('a call planned under a stale policy holds nothing, and gets the policy of now', async (org) => {
    const limit = await org.limit({ metric: 'concurrency', amount: 5 })
    const answer = await org.book.open(org.call(small, { policyVersion: 'older' }))
    expect(answer).toEqual({ kind: 'stale', policy: await org.book.policy(org.keyHash) })
    expect(await org.counts(limit)).toEqual({ spent: 0, held: 0 })
    expect(await org.book.nextExpiry()).toBeUndefined()
  })

  tenantPromises(promises)
}

function tenantPromises(promises: Promises): void {
  promises('what belongs to one org is unknown in another', async (org) => {
    const other = await org.sibling()
    const limit = await org.limit({ metric: 'cost', per: 'lifetime', amount: 100 })
    const request = await org.open()
    expect((await other.refused(small, { keyHash: org.keyHash })).code).toBe('invalid_key')
    const answers = [
      await other.book.settle(settlementOf(request, {})),
      await other.book.extend(request, { seq: 1, more: small, soFar: small, candidate: 0 }),
      await other.book.limit(limit),
      await other.book.updateLimit(limit, { amount: 1 }, root),
      await other.book.deleteLimit(limit, root),
      await other.book.key(org.keyId),
      await other.book.updateKey(org.keyId, { name: 'x' }, root),
      await other.book.revokeKey(org.keyId, root),
      await other.book.updateProject(org.projectId, { suspended: true }, root),
      await other.book.topUp({ id: idOf('top', other.slug), limitId: limit, amount: 1 }, root),
      await other.book.project(org.projectId),
      await other.book.limitsOfKey(org.keyId),
      await other.book.createLimit(
        { id: idOf('lim', other.slug), scope: org.scope('key'), metric: 'requests', per: 'day', amount: 1 },
        root,
      ),
      await other.book.createLimit(
        { id: idOf('lim', other.slug), scope: org.scope('org'), metric: 'requests', per: 'day', amount: 1 },
        root,
      ),
    ]
    for (const answer of answers) expect(refusalOf(answer).code).toBe('not_found')
    await org.settle(request, { cost: 5 })
    const adjustments = [{ requestId: request }, { keyId: org.keyId }, { projectId: org.projectId }]
    for (const target of adjustments) {
      const answer = await other.book.adjust({ id: idOf('adj', other.slug), charge: 1, ...target }, root)
      expect(refusalOf(answer).code).toBe('not_found')
    }
    expect(refusalOf(await other.book.request(request)).code).toBe('not_found')
    expect(await org.counts(limit)).toEqual({ spent: 5, held: 0 })
    expect(await other.book.requests({ limit: 10 })).toEqual({ data: [], hasMore: false })
    expect(await other.book.limits({ limit: 10 })).toEqual({ data: [], hasMore: false })
    expect(await other.book.exportRows({ after: 0, limit: 10 })).toEqual([])
  })

  promises('an org that was never created refuses everything', async (org) => {
    const absent = bookOf(org.ledger, 'absent')
    const id = idOf('key', 'absent')
    const page = { limit: 10 }
    const settlement = { ...settlementOf(id, {}), attempts: [attemptOf({})] }
    const refusals: Record<string, object> = {
      policy: await absent.policy(org.keyHash),
      open: await absent.open(org.call()),
      extend: await absent.extend(id, { seq: 1, more: small, soFar: small, candidate: 0 }),
      settle: await absent.settle(settlement),
      post: await absent.post({ call: { ...org.call(), id }, openedAt: org.clock.time, settlement }),
      org: await absent.org(),
      updateOrg: await absent.updateOrg({ name: 'x' }, root),
      createProject: await absent.createProject({ id, name: 'x' }, root),
      project: await absent.project(id),
      projects: await absent.projects(page),
      updateProject: await absent.updateProject(id, { name: 'x' }, root),
      createKey: await absent.createKey({ id, name: 'x', scopes: [], limits: [], hash: 'x' }, root),
      key: await absent.key(id),
      keys: await absent.keys(page),
      updateKey: await absent.updateKey(id, { name: 'x' }, root),
      revokeKey: await absent.revokeKey(id, root),
      createLimit: await absent.createLimit(
        { id, scope: { type: 'org', id: 'org_absent' }, metric: 'requests', amount: 1 },
        root,
      ),
      limit: await absent.limit(id),
      limits: await absent.limits(page),
      limitsOfKey: await absent.limitsOfKey(id),
      updateLimit: await absent.updateLimit(id, { amount: 1 }, root),
      deleteLimit: await absent.deleteLimit(id, root),
      topUp: await absent.topUp({ id, limitId: id, amount: 1 }, root),
      topUps: await absent.topUps(page),
      request: await absent.request(id),
      requests: await absent.requests(page),
      usage: await absent.usage({ from: 0, to: 1, groupBy: [] }),
      exportRows: await absent.exportRows({ after: 0, limit: 1 }),
      adjust: await absent.adjust({ id, charge: 1 }, root),
      adjustments: await absent.adjustments(page),
      audit: await absent.audit(page),
    }
    expect([...Object.keys(refusals), 'sweep', 'prune', 'nextExpiry', 'createOrg'].toSorted()).toEqual(
      [...bookMethods].toSorted(),
    )
    for (const [method, answer] of Object.entries(refusals)) {
      const code = method === 'policy' || method === 'open' ? 'invalid_key' : 'not_found'
      expect({ method, ...refusalOf(answer) }).toMatchObject({ method, code })
    }
    expect(await absent.sweep('all')).toBe(0)
    expect(await absent.prune(Number.MAX_SAFE_INTEGER)).toBe(0)
    expect(await absent.nextExpiry()).toBeUndefined()
  })
}
