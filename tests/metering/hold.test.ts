import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Offer } from '../../src/core/catalogue.ts'
import type { ModelRequest } from '../../src/core/dialect.ts'
import { atCost, type Rate } from '../../src/core/rate.ts'
import { readRequest } from '../../src/dialects/openai-chat/read-request.ts'
import { coveringTokens, holdOf, outputBounds } from '../../src/metering/hold.ts'

const offer: Offer = {
  model: 'm',
  provider: 'p',
  upstream: 'm',
  name: 'M',
  contextTokens: 100_000,
  maxOutputTokens: 8000,
  imageTokens: 1500,
  tags: [],
  free: false,
  cards: [],
}

function requestOf(body: object): ModelRequest {
  return readRequest({
    body: new Uint8Array(Buffer.from(JSON.stringify({ model: 'm', messages: [], ...body }))),
  })
}

const bounds = (body: object, more: { habit?: number; clampTo?: number; offer?: Partial<Offer> } = {}) => {
  const { offer: changed, ...rest } = more
  return outputBounds(requestOf(body), { ...offer, ...changed }, rest)
}

const stream = { stream: true }

describe('what is held for the output at first', () => {
  test.each<readonly [string, Parameters<typeof bounds>, readonly number[]]>([
    ['the habit, of a stream without a cap', [stream, { habit: 300 }], [8000, 300, 8000]],
    [
      'the habit, where the cap is more than twice that',
      [{ ...stream, max_tokens: 601 }, { habit: 300 }],
      [601, 300, 601],
    ],
    [
      'the cap, where it is near the habit',
      [{ ...stream, max_tokens: 600 }, { habit: 300 }],
      [600, 600, 600],
    ],
    ['the cap, where it is below the habit', [{ ...stream, max_tokens: 10 }, { habit: 300 }], [10, 10, 10]],
    ['never more than the model can put out', [stream, { habit: 9000 }], [8000, 8000, 8000]],
    ['the habit of each answer', [{ ...stream, n: 3 }, { habit: 300 }], [8000, 900, 24_000]],
    ['the cap, where no habit is known', [stream, {}], [8000, 8000, 8000]],
    ['the cap, of what is not streamed', [{}, { habit: 300 }], [8000, 8000, 8000]],
    [
      'the cap, where output is hidden',
      [stream, { habit: 300, offer: { hidesOutput: true } }],
      [8000, 8000, 8000],
    ],
    ['the clamped cap', [{}, { clampTo: 100 }], [100, 100, 100]],
    ['the clamped cap, of each answer', [{ n: 2, max_tokens: 500 }, { clampTo: 100 }], [100, 200, 200]],
    ['the clamped cap, where it is below the habit', [stream, { habit: 300, clampTo: 100 }], [100, 100, 100]],
    [
      'the cap that was asked for, where the clamp is above it',
      [{ max_tokens: 50 }, { clampTo: 100 }],
      [50, 50, 50],
    ],
  ])('%s', (_, [body, more], [cap, first, most]) => expect(bounds(body, more)).toEqual({ cap, first, most }))
})

const priced = (rate: number) => {
  return {
    input: rate,
    cachedInput: rate,
    cacheWrite: rate,
    inputAudio: rate,
    output: rate,
    outputAudio: rate,
  }
}
const card = { id: 'p/m@start', rates: priced(1000), tiers: [] }
const terms = (body: object, rate: Rate = atCost) => ({
  request: requestOf(body),
  offer,
  pricing: { card, rate, model: 'm' },
})

describe('a hold', () => {
  test('is of what is charged, by the rate of the org', () => {
    const { inputTokens, cost } = holdOf(terms({}), 100)
    expect(cost).toBe(inputTokens + 100)
    expect(holdOf(terms({}, { kind: 'markup', basisPoints: 5000 }), 100).cost).toBe(
      Math.ceil((inputTokens + 100) * 1.5),
    )
    const own: Rate = { kind: 'card', prices: [{ models: ['m'], rates: priced(7000) }] }
    expect(holdOf(terms({}, own), 100).cost).toBe(7 * (inputTokens + 100))
  })

  test('has a prediction in it whatever its output is, for it is billed where it does not show', () => {
    const prediction = { type: 'content', content: 'x'.repeat(100) }
    expect(holdOf(terms({ prediction }), 10).outputTokens).toBeGreaterThanOrEqual(110)
  })

  test('grows by its steps to exactly what it had been if it were taken at once', () => {
    const steps = fc.array(fc.nat(5000), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(steps, fc.integer({ min: -10_000, max: 30_000 }), (steps, basisPoints) => {
        const of = (tokens: number) => holdOf(terms({}, { kind: 'markup', basisPoints }), tokens)
        let held = 0
        let cost = of(0).cost
        for (const step of steps) {
          cost += of(held + step).cost - of(held).cost
          held += step
        }
        expect(cost).toBe(of(held).cost)
      }),
    )
  })
})

test('a token is taken to have three bytes where it is to be covered', () => {
  expect([0, 1, 3, 4].map(coveringTokens)).toEqual([0, 1, 1, 2])
})
