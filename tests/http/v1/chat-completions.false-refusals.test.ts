import { expect, test } from 'vitest'
import { gather, sendAll } from '../../support/burst.ts'
import { nanoOf, usdOf } from '../../support/prices.ts'
import { chat, type Tenant } from '../../support/tenant.ts'
import { describeHosts } from '../../support/world.ts'

/** A budget of which four fifths are spent, and twenty calls at once that it covers by far: none of them is refused, ever. */

const calls = 20
const rounds = 6

describeHosts('of twenty calls at once within what is left of a budget, none is refused', (world) => {
  async function withBudget(tenant: Tenant) {
    const scope = { type: 'key', id: tenant.keyId }
    const terms = { org: tenant.org, scope, metric: 'cost', per: 'lifetime', amount: '1' }
    const made = await tenant.admin('POST', '/limits', terms)
    expect(made.status, made.text).toBe(201)
    const { id } = made.body as { id: string }
    /** The budget is what was spent and a quarter of that, at least what twenty short calls may take. */
    return async () => {
      const limits = await tenant.limits()
      const spent = nanoOf(limits.find((limit) => limit.id === id)?.spent ?? 0)
      const adjusted = spent < 400_000_000n ? 400_000_000n - spent : 0n
      if (adjusted > 0n) {
        const correction = { org: tenant.org, key_id: tenant.keyId, charge: usdOf(adjusted) }
        const answer = await tenant.admin('POST', '/adjustments', correction)
        expect(answer.status, answer.text).toBe(201)
      }
      const amount = usdOf(((spent + adjusted) * 5n) / 4n)
      expect((await tenant.admin('PATCH', `/limits/${id}`, { amount })).status).toBe(200)
    }
  }

  test.each([
    ['streamed, without a cap', { stream: true }],
    ['unstreamed, with a cap', { max_tokens: 60 }],
  ])('%s', async (_, more) => {
    const tenant = await world().tenant()
    const send = (index: number) => tenant.post(chat({ words: 5 + (index % 10) }, more))
    // What is usual is known after a few calls, and told with the policy.
    const usual = await gather(sendAll(2 * calls, send))
    expect(usual.refused).toEqual([])
    await tenant.settled(2 * calls)
    await tenant.get('/v1/key')
    const spendFourFifths = await withBudget(tenant)
    for (let round = 1; round <= rounds; round++) {
      await spendFourFifths()
      expect((await gather(sendAll(calls, send))).refused).toEqual([])
      const rows = await tenant.settled((2 + round) * calls)
      expect(rows.filter(({ outcome }) => outcome !== 'ok')).toEqual([])
    }
  })
})
