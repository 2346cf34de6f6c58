import { PermissionDeniedError } from 'openai'
import { expect, test } from 'vitest'
import { expectFreeOfCharge, readRefusal } from '../../support/refusals.ts'
import { chat } from '../../support/tenant.ts'
import { describeHosts } from '../../support/world.ts'

describeHosts('a suspended org', (world) => {
  test('calls no model, and does again once it is suspended no more', async () => {
    const tenant = await world().tenant()
    const suspend = async (suspended: boolean) => {
      const answer = await tenant.admin('PATCH', `/orgs/${tenant.org}`, { suspended })
      expect(answer.status, answer.text).toBe(200)
    }
    // Its key was seen a moment ago.
    await (await tenant.post(chat())).text()
    await tenant.settled(1)
    await expectFreeOfCharge(world(), tenant, async () => {
      await suspend(true)
      for (const more of [{}, { stream: true }]) {
        const answer = await tenant.post(chat({}, more))
        expect(answer.headers.get('x-should-retry')).toBe('false')
        expect(await readRefusal(answer)).toMatchObject({ status: 403, code: 'suspended' })
      }
      await expect(tenant.sdk().chat.completions.create(chat())).rejects.toBeInstanceOf(PermissionDeniedError)
      await suspend(false)
    })
  })

  test('leaves other orgs alone', async () => {
    const [tenant, other] = [await world().tenant(), await world().tenant()]
    await tenant.admin('PATCH', `/orgs/${tenant.org}`, { suspended: true })
    expect((await other.post(chat())).status).toBe(200)
  })
})
