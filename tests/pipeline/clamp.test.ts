import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Offer } from '../../src/core/catalogue.ts'
import { atCost, type Rate } from '../../src/core/rate.ts'
import { amountFor } from '../../src/ledger/admission.ts'
import { refuse } from '../../src/ledger/call.ts'
import { capacityOf, type Limit, type LimitState, type Metric } from '../../src/ledger/limit.ts'
import { holdOf, outputBounds } from '../../src/metering/hold.ts'
import { affordableCap, clampFor, type Clampable } from '../../src/pipeline/clamp.ts'
import { readRequest } from '../../src/dialects/openai-chat/read-request.ts'
import { catalogue } from './two-providers.ts'

function offerOf(model: string, index = 0): Offer {
  const offer = catalogue.models.get(model)?.[index]
  if (!offer) throw new Error('There is no such offer.')
  return offer
}
const [cheap, dear, other] = [offerOf('both'), offerOf('both', 1), offerOf('other')]

function candidateOf(
  body: object,
  { offer = cheap, rate = atCost }: { offer?: Offer; rate?: Rate } = {},
): Clampable {
  const sent = { model: offer.model, messages: [{ role: 'user', content: 'hi' }], ...body }
  const request = readRequest({ body: new Uint8Array(Buffer.from(JSON.stringify(sent))) })
  const [card] = offer.cards
  if (!card) throw new Error('It has no price.')
  return {
    request,
    offer,
    pricing: { card, rate, model: offer.model },
    output: outputBounds(request, offer, {}),
  }
}

function limitOf(metric: Metric, amount: number, more: Partial<Limit> = {}): Limit {
  const scope = { type: 'org', id: 'org_acme' } as const
  return { id: 'lim', scope, metric, per: 'day', amount, whenShort: 'clamp', createdAt: 0, ...more }
}

const stateOf = (limit: Limit, spent = 0, held = 0): LimitState => ({ limit, spent, held })
const refusalBy = (limit: Limit, { spent = 0, held = 0 } = {}) =>
  refuse('quota_exceeded', 'No.', { limit: { ...stateOf(limit, spent, held), requested: 1 } })

const body = fc.record({
  n: fc.integer({ min: 1, max: 4 }),
  max_tokens: fc.option(fc.integer({ min: 1, max: 5000 }), { nil: undefined }),
  prediction: fc.constantFrom(undefined, { type: 'content', content: 'as before' }),
  messages: fc.array(fc.record({ role: fc.constant('user'), content: fc.string() }), { maxLength: 3 }),
})
const rate = fc.oneof(
  fc.constant(atCost),
  fc.integer({ min: -10_000, max: 30_000 }).map((basisPoints): Rate => ({ kind: 'markup', basisPoints })),
)
const metric = fc.constantFrom<Metric[]>('tokens', 'output_tokens', 'input_tokens', 'cost', 'requests')
const amount = fc.oneof(fc.nat(3000), fc.nat(10_000_000))

describe('the output that a limit still affords', () => {
  test('is held within what is left of it, and one token more would not be', () => {
    fc.assert(
      fc.property(
        fc.record({ body, rate, metric, amount, spent: fc.nat(2000), held: fc.nat(2000) }),
        ({ body, rate, metric, amount, spent, held }) => {
          const candidate = candidateOf(body, { rate })
          const limit = limitOf(metric, amount)
          const cap = affordableCap(stateOf(limit, spent, held), candidate)
          const heldWith = (cap: number) =>
            amountFor(limit, holdOf(candidate, cap * candidate.request.answers))
          const headroom = capacityOf(limit) - spent - held
          if (cap < 0) expect(heldWith(0)).toBeGreaterThan(headroom)
          else expect(heldWith(cap)).toBeLessThanOrEqual(headroom)
          expect(cap).toBeLessThanOrEqual(candidate.output.cap)
          if (cap >= 0 && cap < candidate.output.cap) expect(heldWith(cap + 1)).toBeGreaterThan(headroom)
        },
      ),
      { numRuns: 1000 },
    )
  })

  test('is that of a bucket as full as it is: a rate has a burst, and its parts of tokens', () => {
    const limit = limitOf('output_tokens', 1000, { per: 'minute', burst: 300 })
    expect(affordableCap(stateOf(limit, 99.5), candidateOf({}))).toBe(200)
  })
})

describe('a call that a limit refuses', () => {
  const { whenShort: clamps, ...denying } = limitOf('output_tokens', 100)
  expect(clamps).toBe('clamp')

  test.each<[string, Limit, { body?: object; cap?: number }]>([
    ['gets what is left', limitOf('output_tokens', 100), { cap: 100 }],
    ['gets it divided by its answers', limitOf('output_tokens', 100), { body: { n: 3 }, cap: 33 }],
    ['is refused where that is no answer', limitOf('output_tokens', 15), {}],
    ['is refused where its input alone is too much', limitOf('input_tokens', 1), {}],
    ['is refused where it is one call too many', limitOf('requests', 0), {}],
    ['is refused by a limit that denies', denying, {}],
  ])('%s', (_, limit, { body = {}, cap }) => {
    expect(clampFor(refusalBy(limit), [candidateOf(body)])).toBe(cap)
  })

  test('gets what is affordable at the dearest of those that the limit covers', () => {
    const offers = [cheap, dear, other].map((offer) => candidateOf({}, { offer }))
    const budget = (models: string[]) => refusalBy(limitOf('cost', 2_000_000, { models }))
    const alone = (offer: Offer) =>
      affordableCap(stateOf(limitOf('cost', 2_000_000)), candidateOf({}, { offer }))
    expect(alone(dear)).toBeLessThan(alone(other))
    expect(clampFor(budget(['*']), offers)).toBe(alone(dear))
    expect(clampFor(budget(['other']), offers)).toBe(alone(other))
  })

  test('without a limit to tell is refused', () => {
    expect(clampFor(refuse('suspended', 'No.'), [candidateOf({})])).toBeUndefined()
  })
})
