import { describe, expect, test } from 'vitest'
import type { Catalogue, Offer } from '../../src/core/catalogue.ts'
import { WeirError } from '../../src/core/errors.ts'
import type { DatedCard } from '../../src/core/price.ts'
import { bearer, defineProvider, type ConfiguredProvider } from '../../src/core/provider.ts'
import { offersFor, planCall, type PlanRequest } from '../../src/routing/plan.ts'

const rates = { input: 1, cachedInput: 1, cacheWrite: 1, inputAudio: 1, output: 1, outputAudio: 1 }
const card = (id: string, from: string): DatedCard => ({ id, rates, tiers: [], from: Date.parse(from) })

const offer = (provider: string, model: string, more: Partial<Offer> = {}): Offer => ({
  model,
  provider,
  upstream: model,
  name: model,
  contextTokens: 1000,
  maxOutputTokens: 100,
  imageTokens: 10,
  tags: [],
  free: false,
  cards: [card(`${provider}/${model}`, '2026-01-01')],
  ...more,
})

const catalogue: Catalogue = {
  models: new Map([
    ['both', [offer('one', 'both'), offer('two', 'both')]],
    ['unpriced', [offer('one', 'unpriced', { cards: [] })]],
    ['free', [offer('one', 'free', { free: true, cards: [] })]],
    ['far', [offer('three', 'far')]],
    ['org/slashed', [offer('two', 'org/slashed')]],
    [
      'repriced',
      [offer('one', 'repriced', { cards: [card('old', '2026-01-01'), card('new', '2026-06-01')] })],
    ],
  ]),
  routes: new Map([
    ['best', { strategy: 'priority', candidates: ['two/both', 'free', 'both'] }],
    ['mixed', { strategy: 'priority', candidates: ['unpriced', 'far', 'free'] }],
    ['hopeless', { strategy: 'priority', candidates: ['far', 'unpriced'] }],
  ]),
}

const configured = (id: string): [string, ConfiguredProvider] => {
  const provider = defineProvider({
    id,
    name: id,
    baseUrl: `https://${id}.example`,
    auth: bearer('X_API_KEY'),
    speaks: { chat: ['openai-chat'] },
  })
  return [id, { provider, baseUrl: provider.baseUrl, region: undefined, authHeaders: {}, secrets: [] }]
}

function plan(name: string, more: Partial<PlanRequest> = {}): string[] | string {
  const providers = new Map([configured('one'), configured('two')])
  const time = Date.parse('2026-03-01')
  try {
    const request: PlanRequest = {
      catalogue,
      providers,
      allowed: undefined,
      dialect: 'openai-chat',
      name,
      time,
      ...more,
    }
    return planCall(request).map(({ offer, card }) => `${offer.provider}/${offer.model} ${card.id}`)
  } catch (error) {
    if (error instanceof WeirError) return error.code
    throw error
  }
}

describe('a name stands for', () => {
  test.each([
    ['every seller of a model, in order', 'both', ['one/both one/both', 'two/both two/both']],
    ['the one seller named', 'two/both', ['two/both two/both']],
    ['a model with a slash in its name', 'org/slashed', ['two/org/slashed two/org/slashed']],
    ['the seller of a model with a slash', 'two/org/slashed', ['two/org/slashed two/org/slashed']],
    [
      'the candidates of a route, in its order',
      'best',
      ['two/both two/both', 'one/free one/free@free', 'one/both one/both', 'two/both two/both'],
    ],
    ['those candidates that can serve', 'mixed', ['one/free one/free@free']],
    ['nothing', 'none', 'model_not_found'],
    ['nothing, if that seller does not have it', 'three/both', 'model_not_found'],
    ['nothing, though the slash is right', 'two/', 'model_not_found'],
    ['nothing that a prototype has', '__proto__', 'model_not_found'],
  ])('%s: %s', (_, name, expected) => expect(plan(name)).toEqual(expected))

  test('whom offersFor lists, whether or not they are configured', () => {
    expect(offersFor(catalogue, 'far').map(({ provider }) => provider)).toEqual(['three'])
    expect(offersFor(catalogue, 'none')).toEqual([])
  })
})

describe('a key’s list of models', () => {
  test.each([
    ['a model by its name', 'both', ['both'], 2],
    ['by a glob', 'both', ['x', 'bo*'], 2],
    ['under a seller’s name', 'two/both', ['both'], 1],
    ['behind a route, by the model’s own name', 'best', ['free'], 1],
  ])('allows %s', (...[, name, allowed, count]) => expect(plan(name, { allowed })).toHaveLength(count))

  test.each([
    ['another model', 'both', ['free']],
    ['every model', 'both', []],
    ['a model though its seller is named', 'both', ['two/both']],
    ['a route though its own name is listed', 'best', ['best']],
  ])('refuses %s', (_, name, allowed) => expect(plan(name, { allowed })).toBe('model_not_allowed'))

  test('that is absent allows all', () => {
    expect(plan('both', { allowed: undefined })).toHaveLength(2)
    expect(plan('both', { allowed: [] })).toBe('model_not_allowed')
  })
})

describe('where nothing can serve, the caller is told', () => {
  test.each([
    ['that the price is unknown', 'unpriced', undefined, 'price_unknown'],
    ['that no provider is configured', 'far', undefined, 'no_provider_available'],
    ['of the price before the provider', 'hopeless', undefined, 'price_unknown'],
    ['of the provider before the key', 'hopeless', ['far'], 'no_provider_available'],
    ['of the key only if it forbids everything', 'hopeless', ['both'], 'model_not_allowed'],
    ['nothing of the price of what the key may not use', 'unpriced', ['both'], 'model_not_allowed'],
  ])('%s', (...[, name, allowed, code]) => expect(plan(name, { allowed })).toBe(code))

  test('which name it was, cut to a hundred characters', () => {
    const request = {
      catalogue,
      providers: new Map(),
      allowed: undefined,
      dialect: 'openai-chat' as const,
      time: 0,
    }
    const name = 'x'.repeat(5000)
    expect(() => planCall({ ...request, name })).toThrow(
      expect.objectContaining({
        message: `There is no model ${'x'.repeat(100)}.`,
        details: { param: 'model' },
      }),
    )
  })
})

test.each([
  ['2025-12-31T23:59:59Z', 'price_unknown'],
  ['2026-05-31T23:59:59Z', ['one/repriced old']],
  ['2026-06-01T00:00:00Z', ['one/repriced new']],
])('at %s the price is that of the time', (time, expected) => {
  expect(plan('repriced', { time: Date.parse(time) })).toEqual(expected)
})
