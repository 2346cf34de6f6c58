import { z } from '@hono/zod-openapi'
import type { Rates } from '../../core/price.ts'
import { atCost, type Rate } from '../../core/rate.ts'
import { globField, usd } from './schemas.ts'
import { priceField } from './usd-fields.ts'

/** What an org is charged, and prices of a million tokens, as they are written and answered. */

const basisPointsPerPercent = 100

const percentField = z
  .number()
  .min(-100, 'must be from -100 to 10000.')
  .max(10_000, 'must be from -100 to 10000.')
  .refine((percent) => Number(percent.toFixed(2)) === percent, 'must have at most two decimals.')
  .openapi({ description: 'Per cent on top of what the provider costs.', example: 12.5 })

const ownPriceField = z.strictObject({
  currency: z.literal('USD', 'must be USD: an org’s own price has no exchange rate.'),
  per_million: z
    .strictObject({
      input: priceField,
      cached_input: priceField.optional(),
      cache_write: priceField.optional(),
      input_audio: priceField.optional(),
      output: priceField,
      output_audio: priceField.optional(),
    })
    .openapi({ description: 'What is left out costs as much as plain input or plain output.' }),
})

const writtenRate = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('cost') }),
  z.strictObject({ type: z.literal('markup'), percent: percentField }),
  z.strictObject({
    type: z.literal('card'),
    prices: z
      .array(z.strictObject({ models: z.array(globField).min(1).max(50), price: ownPriceField }))
      .min(1)
      .max(100)
      .openapi({ description: 'The first that matches counts; a model that none matches is at cost.' }),
  }),
])

type WrittenRate = z.output<typeof writtenRate>
type WrittenPrices = z.output<typeof ownPriceField>['per_million']

/** What an org is charged, in a body. */
export const rateField = writtenRate.transform(readRate).openapi({
  description:
    'What the org is charged: what the provider costs, that with a markup, or prices of its own. Calls that are opened ' +
    'from now on are charged by it.',
})

function readRate(written: WrittenRate): Rate {
  if (written.type === 'cost') return atCost
  if (written.type === 'markup')
    return { kind: 'markup', basisPoints: Math.round(written.percent * basisPointsPerPercent) }
  const prices = written.prices.map(({ models, price }) => ({ models, rates: readRates(price.per_million) }))
  return { kind: 'card', prices }
}

function readRates({ input, output, ...special }: WrittenPrices): Rates {
  return {
    input,
    cachedInput: special.cached_input ?? input,
    cacheWrite: special.cache_write ?? input,
    inputAudio: special.input_audio ?? input,
    output,
    outputAudio: special.output_audio ?? output,
  }
}

export const ratesSchema = z.object({
  input: usd,
  cached_input: usd,
  cache_write: usd,
  input_audio: usd,
  output: usd,
  output_audio: usd,
})

/** What an org is charged, in an answer. */
export const rateSchema = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('cost') }),
    z.object({ type: z.literal('markup'), percent: z.number() }),
    z.object({
      type: z.literal('card'),
      prices: z.array(
        z.object({
          models: z.array(z.string()).readonly(),
          price: z.object({ currency: z.literal('USD'), per_million: ratesSchema }),
        }),
      ),
    }),
  ])
  .openapi('Rate')
