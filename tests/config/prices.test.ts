import { describe, expect, test } from 'vitest'
import { loadCatalogue } from '../../config/catalogue.ts'
import exchangeRates from '../../config/exchange-rates.json' with { type: 'json' }
import { parseWeirConfig } from '../../config/weir-config.ts'
import { type DatedCard, cardAt } from '../../src/core/price.ts'

type Price = Record<string, unknown>

/** The cards of a model that an operator adds, at the prices given, in a region. */
function cards(price: Price | Price[], region?: string): readonly DatedCard[] {
  const models = { m: { provider: 'acme', context: 1000, max_output: 100, price } }
  const overlay = parseWeirConfig(JSON.stringify({ models }))
  return loadCatalogue({ overlay, regions: { acme: region } }).models.get('m')?.[0]?.cards ?? []
}

/** The price card of USD whose input costs so much. */
function usd(input: number, rest: Price = {}): Price {
  return { currency: 'USD', per_million: { input, output: 1 }, ...rest }
}

describe('a price per million tokens', () => {
  test.each([
    [0.0028, 2800],
    [0.003625, 3625],
    [1.1, 1_100_000],
    [1.001, 1_001_000],
    [0.000001, 1],
    [0, 0],
    [1000, 1_000_000_000],
  ])('of %d USD is exactly %d picoUSD a token', (input, expected) => {
    expect(cards(usd(input))[0]?.rates.input).toBe(expected)
  })

  test.each([
    ['is finer than one picoUSD a token', 0.0000001, 'must have at most six decimals'],
    ['is above 1000', 1000.5, 'must be at most 1000 for a million tokens'],
    ['is negative', -1, 'Too small'],
    ['is a text', '1', 'expected number'],
  ])('that %s is refused', (_, input, message) => {
    const price = { currency: 'USD', per_million: { input, output: 1 } }
    expect(() => cards(price)).toThrow(new RegExp(`^acme/m: price\\.0\\.per_million\\.input: .*${message}`))
  })

  test('in a currency without a rate is refused', () => {
    expect(() => cards({ ...usd(1), currency: 'EUR' })).toThrow('acme/m: price.0.currency: Invalid option')
  })

  test('in CNY is turned into USD by the rate that the card keeps', () => {
    const { usd_per_unit: usdPerUnit, date } = exchangeRates.CNY
    const [card] = cards({ currency: 'CNY', per_million: { input: 8, cached_input: 2, output: 24 } })
    expect(card?.exchange).toEqual({ currency: 'CNY', usdPerUnit, date })
    expect(card?.rates).toMatchObject({
      input: Math.round(8_000_000 * usdPerUnit),
      cachedInput: Math.round(2_000_000 * usdPerUnit),
      output: Math.round(24_000_000 * usdPerUnit),
    })
  })

  test('in USD keeps no rate', () => {
    expect(cards(usd(1))[0]).not.toHaveProperty('exchange')
  })
})

describe('a price that is left out', () => {
  test('is that of plain input or plain output, in the base and in a tier', () => {
    const [card] = cards(usd(1, { above: [{ input_tokens: 500, per_million: { input: 3, output: 4 } }] }))
    const flat = (input: number, output: number): object => ({
      input,
      cachedInput: input,
      cacheWrite: input,
      inputAudio: input,
      output,
      outputAudio: output,
    })
    expect(card?.rates).toEqual(flat(1_000_000, 1_000_000))
    expect(card?.tiers).toEqual([{ aboveInputTokens: 500, rates: flat(3_000_000, 4_000_000) }])
  })
})

test('tiers are in rising order, however they were written', () => {
  const tier = (tokens: number): object => ({ input_tokens: tokens, per_million: { input: 1, output: 1 } })
  const [card] = cards(usd(1, { above: [tier(300), tier(100), tier(200)] }))
  expect(card?.tiers.map(({ aboveInputTokens }) => aboveInputTokens)).toEqual([100, 200, 300])
})

describe('dates and hours', () => {
  const dated = [
    usd(1),
    usd(2, { from: '2026-08-17' }),
    usd(3, { from: '2026-08-17', hours: { start: '01:00', end: '04:00', days: [1, 2, 3, 4, 5] } }),
  ]

  test.each([
    ['2026-08-16T23:59:59Z', 1, 'before the new price'],
    ['2026-08-17T00:00:00Z', 2, 'from its first moment'],
    ['2026-08-17T01:00:00Z', 3, 'at the start of the hours'],
    ['2026-08-17T03:59:59Z', 3, 'until their end'],
    ['2026-08-17T04:00:00Z', 2, 'at their end'],
    ['2026-08-22T02:00:00Z', 2, 'on a Saturday'],
  ])('at %s the input costs %d (%s)', (time, expected) => {
    expect(cardAt(cards(dated), Date.parse(time))?.rates.input).toBe(expected * 1_000_000)
  })

  test('hours without days hold every day, and to midnight', () => {
    const [card] = cards(usd(1, { hours: { start: '22:30', end: '24:00' } }))
    expect(card?.hours).toEqual({ start: 1350, end: 1440, days: [0, 1, 2, 3, 4, 5, 6] })
  })

  test.each([
    ['that cross midnight', { start: '22:00', end: '02:00' }, 'hours: must end after it starts'],
    ['that are no time', { start: '9:00', end: '10:00' }, 'hours.start: must be a time like 09:30'],
    ['on an eighth day', { start: '09:00', end: '10:00', days: [7] }, 'hours.days.0: Too big'],
  ])('hours %s are refused', (_, hours, message) => {
    expect(() => cards(usd(1, { hours }))).toThrow(message)
  })

  test('a date that is none is refused', () => {
    expect(() => cards(usd(1, { from: 'soon' }))).toThrow(
      'acme/m: price.0.from: must be a date like 2026-11-23',
    )
  })
})

describe('regions', () => {
  const regional = [usd(1, { region: 'cn' }), usd(2, { region: 'intl' }), usd(3, { from: '2030-01-01' })]

  test.each([
    ['cn', [1, 3]],
    ['intl', [2, 3]],
    ['us', [3]],
    [undefined, [3]],
  ])('a provider configured for %s keeps the prices of its region and those without', (region, expected) => {
    expect(cards(regional, region).map(({ rates }) => rates.input / 1_000_000)).toEqual(expected)
  })
})

describe('the id of a card', () => {
  test('says provider, model, date, region and hours, and ends in a digest of its prices', () => {
    const hours = { start: '01:00', end: '04:00' }
    const price = [usd(1), usd(1, { from: '2026-08-17', region: 'cn', hours })]
    expect(cards(price, 'cn').map(({ id }) => id.split('#')[0])).toEqual([
      'acme/m@start',
      'acme/m@2026-08-17:cn:01:00-04:00',
    ])
    expect(cards(price, 'cn').every(({ id }) => /#[0-9a-f]{8}$/.test(id))).toBe(true)
  })

  test('is another one when an operator sets another price for the same time', () => {
    const [shipped] = cards(usd(1))
    const [own] = cards(usd(2))
    expect(shipped?.id).not.toBe(own?.id)
    expect(cards(usd(1))[0]?.id).toBe(shipped?.id)
  })

  test('is never that of another price', () => {
    expect(() => cards([usd(1), usd(2)])).toThrow(
      'acme/m@start: two price cards have the same date, region and hours',
    )
  })
})
