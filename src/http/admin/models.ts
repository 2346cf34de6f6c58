import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Offer } from '../../core/catalogue.ts'
import { cardAt, type DatedCard } from '../../core/price.ts'
import type { AdminDeps, AdminEnv } from './deps.ts'
import { ratesToWire } from '../../ledger/rate-wire.ts'
import { ratesSchema } from './rates.ts'
import * as schemas from './schemas.ts'

const priceSchema = z.object({
  card: z.string(),
  usd_per_million: ratesSchema,
  tiers: z.array(z.object({ above_input_tokens: z.int(), usd_per_million: ratesSchema })),
})

const modelSchema = z
  .object({
    id: z.string(),
    offers: z.array(
      z.object({
        provider: z.string(),
        upstream: z.string(),
        name: z.string(),
        context_tokens: z.int(),
        max_output_tokens: z.int(),
        tags: z.array(z.string()).readonly(),
        released: z.string().nullable(),
        free: z.boolean(),
        price: priceSchema.nullable().openapi({ description: 'The price now; null where it is unknown.' }),
      }),
    ),
  })
  .openapi('Model')

const list = createRoute({
  method: 'get',
  path: '/',
  tags: ['catalogue'],
  summary: 'List the models, who serves them, and their prices now',
  responses: { 200: schemas.json(schemas.listOf(modelSchema), 'Every model'), ...schemas.failures },
})

/** The catalogue of models. */
export function modelRoutes({ catalogue }: AdminDeps): OpenAPIHono<AdminEnv> {
  return new OpenAPIHono<AdminEnv>().openapi(list, (c) => {
    const models = [...catalogue.models].map(([id, offers]) => ({ id, offers: offers.map(offerToWire) }))
    return c.json(schemas.wholeList(models), 200)
  })
}

function offerToWire(offer: Offer) {
  const card = cardAt(offer.cards, Date.now())
  return {
    provider: offer.provider,
    upstream: offer.upstream,
    name: offer.name,
    context_tokens: offer.contextTokens,
    max_output_tokens: offer.maxOutputTokens,
    tags: offer.tags,
    released: offer.released ?? null,
    free: offer.free,
    price: card ? priceToWire(card) : null,
  }
}

function priceToWire({ id, rates, tiers }: DatedCard) {
  return {
    card: id,
    usd_per_million: ratesToWire(rates),
    tiers: tiers.map((tier) => ({
      above_input_tokens: tier.aboveInputTokens,
      usd_per_million: ratesToWire(tier.rates),
    })),
  }
}
