import { expect } from 'vitest'
import type { Rate } from '../../../src/core/rate.ts'
import type { Briefing } from '../../../src/ledger/policy.ts'
import type { Promises } from './contract.ts'
import { idOf, refusalOf, root, small, type TestOrg } from './harness.ts'

export async function policyOf(org: TestOrg, keyHash = org.keyHash): Promise<Briefing> {
  const policy = await org.book.policy(keyHash)
  if (policy.kind === 'refusal') throw new Error(policy.message)
  return policy
}

const suspend = {
  org: (org: TestOrg, suspended: boolean) => org.book.updateOrg({ suspended }, root),
  project: (org: TestOrg, suspended: boolean) => org.book.updateProject(org.projectId, { suspended }, root),
}

/** Who may call changes, and what callers are charged: `open` must not miss it. */
export function suspensionPromises(promises: Promises): void {
  for (const [who, set] of Object.entries(suspend)) {
    promises(`keys of a suspended ${who} open nothing until it may go on`, async (org) => {
      const before = await policyOf(org)
      expect(await set(org, true)).toMatchObject({ suspended: true })
      const suspended = await policyOf(org)
      expect(suspended).toMatchObject({ suspended: who, keyId: org.keyId })
      expect(suspended.version).not.toBe(before.version)
      expect(await org.book.open(org.call())).toEqual({ kind: 'stale', policy: suspended })
      const call = org.call(small, { policyVersion: suspended.version })
      expect(refusalOf(await org.book.open(call)).code).toBe('suspended')
      await org.crash()
      expect(refusalOf(await org.book.open(call)).code).toBe('suspended')
      expect(await set(org, false)).not.toHaveProperty('suspended')
      const after = await policyOf(org)
      expect(after).not.toHaveProperty('suspended')
      expect(new Set([before.version, suspended.version, after.version]).size).toBe(3)
      expect(await org.book.open(call)).toEqual({ kind: 'stale', policy: after })
      expect(await org.book.open({ ...call, policyVersion: after.version })).toMatchObject({ kind: 'hold' })
    })

    promises(`calls under way when the ${who} is suspended end as they would`, async (org) => {
      const limit = await org.limit({ metric: 'cost', per: 'day', amount: 100 })
      const call = org.call()
      await org.book.open(call)
      await set(org, true)
      const step = { seq: 1, more: small, soFar: small, candidate: 0 }
      expect(await org.book.extend(call.id, step)).toMatchObject({ kind: 'extension' })
      expect(await org.book.open(call)).toMatchObject({ kind: 'hold', id: call.id })
      await org.settle(call.id, { cost: 44 })
      expect(await org.counts(limit)).toEqual({ spent: 44, held: 0 })
    })
  }

  promises('a suspended project leaves keys outside of it alone', async (org) => {
    const outside = await org.key({ id: idOf('key', org.slug) })
    await suspend.project(org, true)
    await org.open(small, { keyHash: outside })
    expect(await policyOf(org, outside)).not.toHaveProperty('suspended')
    await suspend.org(org, true)
    expect(await policyOf(org, outside)).toMatchObject({ suspended: 'org' })
    expect(await policyOf(org)).toMatchObject({ suspended: 'org' })
  })

  promises('an unknown project cannot be suspended', async (org) => {
    const answer = await org.book.updateProject(idOf('prj', org.slug), { suspended: true }, root)
    expect(refusalOf(answer).code).toBe('not_found')
  })

  ratePromises(promises)
  keyPromises(promises)
}

function ratePromises(promises: Promises): void {
  const rates = { input: 5, cachedInput: 1, cacheWrite: 6, inputAudio: 5, output: 9, outputAudio: 9 }
  const changes: readonly Rate[] = [
    { kind: 'markup', basisPoints: 1250 },
    { kind: 'card', prices: [{ models: ['gpt-*'], rates }] },
    { kind: 'cost' },
  ]
  promises('what the org is charged is in the policy, and a change of it makes plans stale', async (org) => {
    const versions = [(await policyOf(org)).version]
    expect(await policyOf(org)).not.toHaveProperty('rate')
    for (const rate of changes) {
      expect(await org.book.updateOrg({ rate }, root)).toMatchObject({ rate })
      const policy = await policyOf(org)
      expect(policy.rate).toEqual(rate)
      const stale = await org.book.open(org.call(small, { policyVersion: versions.at(-1) ?? '' }))
      expect(stale).toEqual({ kind: 'stale', policy })
      versions.push(policy.version)
    }
    expect(new Set(versions).size).toBe(versions.length)
    await org.crash()
    expect((await policyOf(org)).version).toBe(versions.at(-1))
    await org.open(small, { policyVersion: versions.at(-1) ?? '' })
  })

  promises('a new name of org, project or key leaves plans as they are', async (org) => {
    const { version } = await policyOf(org)
    await org.book.updateOrg({ rate: { kind: 'cost' }, suspended: false }, root)
    const later = await policyOf(org)
    expect(later.version).not.toBe(version)
    await org.book.updateOrg({ name: 'Other' }, root)
    await org.book.updateProject(org.projectId, { name: 'other' }, root)
    await org.book.updateKey(org.keyId, { name: 'other' }, root)
    expect(await policyOf(org)).toEqual({ ...later, keyName: 'other' })
    expect(await org.book.org()).toMatchObject({ name: 'Other', rate: { kind: 'cost' } })
    expect(await org.book.project(org.projectId)).toMatchObject({ name: 'other' })
  })
}

function keyPromises(promises: Promises): void {
  promises('the allowance of a key is in its policy, and a change of it makes plans stale', async (org) => {
    expect(await policyOf(org)).not.toHaveProperty('failOpenAllowance')
    const id = idOf('key', org.slug)
    const keyHash = await org.key({ id, failOpenAllowance: 5 })
    const before = await policyOf(org, keyHash)
    expect(before.failOpenAllowance).toBe(5)
    expect(await org.book.updateKey(id, { failOpenAllowance: 900 }, root)).toMatchObject({
      failOpenAllowance: 900,
    })
    const raised = await policyOf(org, keyHash)
    expect(raised.failOpenAllowance).toBe(900)
    const stale = await org.book.open(org.call(small, { keyHash, policyVersion: before.version }))
    expect(stale).toEqual({ kind: 'stale', policy: raised })
    await org.book.updateKey(id, { name: 'renamed' }, root)
    expect(await org.book.key(id)).toMatchObject({ name: 'renamed', failOpenAllowance: 900 })
    expect(await org.book.updateKey(id, { failOpenAllowance: null }, root)).not.toHaveProperty(
      'failOpenAllowance',
    )
    await org.crash()
    const after = await policyOf(org, keyHash)
    expect(after).not.toHaveProperty('failOpenAllowance')
    expect(new Set([before.version, raised.version, after.version]).size).toBe(3)
  })

  promises('a change of a key keeps what else it is, and each leaves a line in the trail', async (org) => {
    const id = idOf('key', org.slug)
    const terms = { name: 'k', projectId: org.projectId, models: ['a-*'], expiresAt: org.clock.time + 1000 }
    await org.key({ id, ...terms })
    await org.book.updateKey(id, { name: 'new' }, { actor: 'someone' })
    await org.book.updateProject(org.projectId, { name: 'p' }, { actor: 'someone' })
    expect(await org.book.key(id)).toEqual({
      id,
      scopes: ['call'],
      createdAt: org.clock.time,
      ...terms,
      name: 'new',
    })
    expect(await org.book.keys({ limit: 9, projectId: org.projectId })).toMatchObject({ data: [{}, { id }] })
    await org.book.revokeKey(id, root)
    expect(await org.book.updateKey(id, { name: 'late' }, root)).toMatchObject({ revokedAt: org.clock.time })
    expect(refusalOf(await org.book.updateKey(idOf('key', org.slug), {}, root)).code).toBe('not_found')
    const trail = await org.book.audit({ limit: 4 })
    expect(trail).toMatchObject({
      data: [
        { action: 'key-updated', target: id, actor: 'root' },
        { action: 'key-revoked', target: id },
        { action: 'project-updated', target: org.projectId, actor: 'someone' },
        { action: 'key-updated', target: id, actor: 'someone' },
      ],
    })
  })
}
