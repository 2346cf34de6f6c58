import { expect, test } from 'vitest'
import { z } from 'zod'
import { nanoOf } from '../../support/prices.ts'
import { chat, type Tenant } from '../../support/tenant.ts'
import { limitSchema } from '../../support/wire.ts'
import { describeHosts } from '../../support/world.ts'

const keySchema = z.looseObject({ id: z.string(), limits: z.array(limitSchema) })

const readKey = async (tenant: Tenant, key = tenant.key) =>
  keySchema.parse(await (await tenant.get('/v1/key', key)).json())

describeHosts('/v1/key', (world) => {
  test('tells what the key is', async () => {
    const tenant = await world().tenant({
      key: { models: ['acme-*'], expires_at: '2100-01-01', name: 'Búsqueda' },
    })
    expect(await readKey(tenant)).toMatchObject({
      id: tenant.keyId,
      name: 'Búsqueda',
      org: `org_${tenant.org}`,
      project_id: tenant.projectId,
      models: ['acme-*'],
      scopes: ['call'],
      expires_at: '2100-01-01T00:00:00.000Z',
    })
    expect(JSON.stringify(await readKey(tenant))).not.toContain(tenant.key)
  })

  test('tells every limit above the key, with what is spent, held and left', async () => {
    const limits = {
      keyLimits: [{ metric: 'cost', per: 'lifetime', amount: '2.5' }],
      projectLimits: [{ metric: 'requests', per: 'day', amount: 9 }],
    }
    const tenant = await world().tenant(limits)
    const { acme } = world().simulators
    const find = async () => {
      const key = await readKey(tenant)
      const of = (type: string) => key.limits.filter(({ scope }) => scope.type === type)
      return { cost: of('key')[0], requests: of('project')[0], org: of('org') }
    }
    const fresh = await find()
    expect(fresh.cost).toMatchObject({
      amount: '2.5',
      spent: '0',
      held: '0',
      remaining: '2.5',
      resets_at: null,
    })
    expect(fresh.org).toHaveLength(6)
    const pending = tenant.post(chat({ wait_for: 'key' }))
    await acme.arrived('key')
    const during = await find()
    expect(during.requests).toMatchObject({ amount: 9, spent: 0, held: 1, remaining: 8 })
    expect(Date.parse(during.requests?.resets_at ?? '') % 86_400_000).toBe(0)
    expect(nanoOf(during.cost?.held ?? 0)).toBeGreaterThan(0n)
    acme.release('key')
    await (await pending).text()
    const row = await tenant.onlyRow()
    const after = await find()
    expect(after.requests).toMatchObject({ spent: 1, held: 0, remaining: 8 })
    expect(after.cost).toMatchObject({ spent: row.charge, held: '0' })
    expect(nanoOf(after.cost?.remaining ?? 0)).toBe(2_500_000_000n - nanoOf(row.charge))
  })

  test('shows another key’s limits to nobody', async () => {
    const tenant = await world().tenant({ keyLimits: [{ metric: 'requests', per: 'lifetime', amount: 3 }] })
    const other = await tenant.anotherKey()
    const seen = await readKey(tenant, other.key)
    expect(seen.id).toBe(other.id)
    expect(seen.limits.map(({ scope }) => scope.type)).not.toContain('key')
    expect(seen.limits.map(({ scope }) => scope.type)).not.toContain('project')
  })
})
