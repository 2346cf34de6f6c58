import { expect, test } from 'vitest'
import { expectBooksToAgree } from '../../support/books.ts'
import { nanoOf } from '../../support/prices.ts'
import { readRefusal } from '../../support/refusals.ts'
import { chat } from '../../support/tenant.ts'
import { describeHosts } from '../../support/world.ts'

/** Limits that let a call go on with less output than it asks for. */

describeHosts('a limit that clamps', (world) => {
  test.each([
    ['unstreamed', {}],
    ['streamed', { stream: true }],
  ])('lets a call go on with what is left, and says how much that is: %s', async (_, more) => {
    const limit = { metric: 'output_tokens', per: 'day', amount: 100, when_short: 'clamp' }
    const tenant = await world().tenant({ keyLimits: [limit] })
    const { acme } = world().simulators
    const index = acme.requests.length
    const answer = await tenant.post(chat({ words: 500 }, { max_tokens: 400, ...more }))
    const text = await answer.text()
    expect(answer.status, text).toBe(200)
    expect(answer.headers.get('x-weir-clamped')).toBe('100')
    expect(acme.requests[index]?.body).toMatchObject({ max_tokens: 100 })
    expect(text).toContain('"finish_reason":"length"')
    expect(await tenant.onlyRow()).toMatchObject({
      usage: { output_tokens: 100 },
      hold: { output_tokens: 100 },
      outcome: 'ok',
    })
    await expectBooksToAgree(tenant)
    const next = await readRefusal(await tenant.post(chat()))
    expect(next).toMatchObject({ status: 429, code: 'quota_exceeded', limit: { spent: 100 } })
  })

  test('by money holds no more than there is', async () => {
    const limit = { metric: 'cost', per: 'month', amount: '0.003', when_short: 'clamp' }
    const tenant = await world().tenant({ orgLimits: [limit] })
    const { data, response } = await tenant
      .sdk()
      .chat.completions.create(chat({ words: 8 }))
      .withResponse()
    expect(data.choices[0]?.finish_reason).toBe('stop')
    expect(Number(response.headers.get('x-weir-clamped'))).toBeGreaterThan(16)
    const { hold } = await tenant.onlyRow()
    expect(nanoOf(hold.cost)).toBeLessThanOrEqual(nanoOf('0.003'))
    expect(nanoOf(hold.cost)).toBeGreaterThan(nanoOf('0.00295'))
  })

  test('does nothing to a call that it covers', async () => {
    const limit = { metric: 'output_tokens', per: 'day', amount: 100, when_short: 'clamp' }
    const tenant = await world().tenant({ keyLimits: [limit] })
    const answer = await tenant.post(chat({}, { max_tokens: 50 }))
    expect(answer.headers.get('x-weir-clamped')).toBeNull()
    await answer.text()
    await tenant.settled(1)
  })
})
