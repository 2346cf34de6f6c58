import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cardAt } from '../../../src/core/price.ts'
import type { Provider } from '../../../src/core/provider.ts'
import type { Usage } from '../../../src/core/usage.ts'
import { costOf } from '../../../src/metering/cost.ts'
import { cuts } from '../../dialects/splits.ts'
import { secret, type FixtureHeaders, type ProviderFixture } from '../../fixtures/fixture.ts'
import { askings, type Asked } from './asking.ts'
import { gatewayTo, offerOf, usageSent, type Reply } from './gateway.ts'

export const runs = { numRuns: 12 }

/** What comes down, and what it costs. */
export function testAnswers(provider: Provider, fixture: ProviderFixture): void {
  const { dialect, operator } = fixture
  const offer = offerOf(provider, dialect)

  /** Makes a call, and checks its row and headers. */
  async function serveReply(
    reply: Reply,
    { cuts, usage: told, asked }: { cuts: readonly number[]; usage: Usage; asked: Partial<Asked> },
  ): Promise<{ down: string; sent: string }> {
    const gateway = await gatewayTo({ provider, operator, dialect }, { replies: [reply], cuts })
    const served = await gateway.ask(asked)
    const usage = usageSent(provider, gateway.sent(), told)
    const [row, ...others] = await gateway.rows()
    const card = cardAt(offer.cards, row?.startedAt ?? 0)
    if (!usage || !card) throw new Error('There is no usage, or no price.')
    const charge = costOf(card, usage)
    const priced = { charge, providerCost: charge, attempts: [{ priceCard: card.id, status: 200 }] }
    const identity = { model: offer.model, provider: provider.id }
    expect(others).toEqual([])
    expect(row).toMatchObject({ ...identity, outcome: 'ok', source: 'exact', usage, ...priced })
    expect(await gateway.counts()).toMatchObject({
      cost: { spent: charge, held: 0 },
      concurrency: { held: 0 },
    })
    expect(served.status).toBe(200)
    expect(served.headers).toMatchObject({
      'x-request-id': row?.id,
      'x-weir-provider': provider.id,
      'x-weir-model': offer.model,
    })
    expectNoSecrets(served.headers)
    return { down: served.body.toString(), sent: gateway.sent() }
  }

  test('unstreamed goes down byte for byte, at its exact price', async () => {
    const reply = { status: 200, headers: fixture.answerHeaders, body: fixture.answer }
    await fc.assert(
      fc.asyncProperty(cuts, async (cuts) => {
        const { down, sent } = await serveReply(reply, { cuts, usage: fixture.answerUsage, asked: {} })
        expect(down).toBe(provider.simulate ? sent : fixture.answer)
      }),
      runs,
    )
  })

  const reply = { status: 200, headers: fixture.streamHeaders, body: fixture.streamSent ?? fixture.stream }
  const usage = fixture.streamUsage

  test('streamed goes down byte for byte, at its exact price', async () => {
    const asked = { stream: true, more: askings[dialect].usage }
    await fc.assert(
      fc.asyncProperty(cuts, async (cuts) => {
        const { down, sent } = await serveReply(reply, { cuts, usage, asked })
        expect(down).toBe(provider.simulate ? sent : fixture.stream)
      }),
      runs,
    )
  })

  if (dialect !== 'openai-chat') return

  test('streamed goes down without a usage chunk that nobody asked for, at its exact price', async () => {
    await fc.assert(
      fc.asyncProperty(cuts, async (cuts) => {
        const { down, sent } = await serveReply(reply, { cuts, usage, asked: { stream: true } })
        const asked = sent.split(/(?<=\n\n)/).filter((event) => !/"choices":\[\].*"usage":\{/.test(event))
        expect(down).toBe(asked.join(''))
        expect(down).toContain('data: [DONE]')
      }),
      runs,
    )
  })
}

/** What names or authenticates the operator in a header. */
export function expectNoSecrets(headers: FixtureHeaders): void {
  expect(JSON.stringify(headers)).not.toContain('operator')
  expect(JSON.stringify(headers)).not.toContain(secret)
  expect(headers).not.toHaveProperty('set-cookie')
}
