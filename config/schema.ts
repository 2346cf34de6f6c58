import { z } from 'zod'

/** What a model's image is held to where nobody knows better. */
const defaultImageTokens = 16_384

const maxTokens = 100_000_000

/** More than any vendor asks for a million tokens; above it someone has mixed up the units. */
const maxPricePerMillion = 1000

const name = z.string().regex(/^[!-~]{1,128}$/, 'must be 1 to 128 printable characters without spaces')

const providerId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be 1 to 40 characters of a-z, 0-9 and -')

const tokens = z.int().min(1).max(maxTokens)

/** Six decimals are one picoUSD a token. A finer price would be rounded, perhaps to nothing. */
const price = z
  .number()
  .min(0)
  .max(maxPricePerMillion, `must be at most ${maxPricePerMillion} for a million tokens`)
  .refine((value) => Number(value.toFixed(6)) === value, 'must have at most six decimals')

const isoDate = z.iso.date('must be a date like 2026-11-23')

const startOfHours = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time like 09:30')

const endOfHours = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time like 09:30, or 24:00')

/** Prices of a million tokens each. What is left out costs as much as plain input or plain output. */
const ratesSchema = z.strictObject({
  input: price,
  output: price,
  cached_input: price.optional(),
  cache_write: price.optional(),
  /** What is kept for an hour; as much as `cache_write` where it is left out. */
  cache_write_long: price.optional(),
  input_audio: price.optional(),
  output_audio: price.optional(),
})

/** UTC, end exclusive, within one day: a window over midnight is two cards. */
const hoursSchema = z
  .strictObject({
    start: startOfHours,
    end: endOfHours,
    days: z.array(z.int().min(0).max(6)).min(1).optional(),
  })
  .refine(({ start, end }) => start < end, 'must end after it starts; split a window that crosses midnight')

/** A price card as files and WEIR_CONFIG write it. Dates and hours are UTC; without `from` it holds from the beginning. */
const priceCardSchema = z.strictObject({
  currency: z.enum(['USD', 'CNY']),
  from: isoDate.optional(),
  region: z.string().min(1).optional(),
  hours: hoursSchema.optional(),
  per_million: ratesSchema,
  above: z.array(z.strictObject({ input_tokens: tokens, per_million: ratesSchema })).optional(),
  /** Of a thousand searches of the web by the provider; without it the model is sold without any. */
  per_thousand_searches: price.optional(),
  source: z.string().optional(),
  checked: isoDate.optional(),
})

/** A lone card is a list of one, so that its faults are named alike. */
const priceCards = z.preprocess((cards) => (Array.isArray(cards) ? cards : [cards]), z.array(priceCardSchema))

/** One model of one provider, complete. */
export const modelSchema = z
  .strictObject({
    upstream: name.optional(),
    name: z.string().min(1).optional(),
    context: tokens,
    max_output: tokens,
    image_tokens: tokens.default(defaultImageTokens),
    /** Its streams do not show all of its output, such as what it reasons: their output cap is held in full. */
    hides_output: z.boolean().default(false),
    tags: z.array(z.string().min(1)).default([]),
    released: isoDate.optional(),
    free: z.boolean().default(false),
    price: priceCards.default([]),
  })
  .refine((model) => model.max_output <= model.context, {
    path: ['max_output'],
    message: 'must not be above context',
  })

/** What `config/models/<provider>.json` holds; each model is checked with what WEIR_CONFIG lays over it. */
export const modelFileSchema = z.record(name, z.looseObject({}))

export const exchangeRatesSchema = z.record(
  z.enum(['CNY']),
  z.strictObject({ usd_per_unit: z.number().positive(), date: isoDate, source: z.string().min(1) }),
)

/** The entries are partial; they are checked as whole models once they are laid over the catalogue. */
const modelOverlaySchema = z.looseObject({ provider: providerId.optional() })

const baseUrlSchema = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL', abort: true })
  .refine((url) => !new URL(url).username && !new URL(url).password, 'must not hold a credential')

/** A provider that an operator declares. */
const providerSchema = z.strictObject({
  name: z.string().min(1).optional(),
  base_url: baseUrlSchema,
  api_key_env: z
    .string()
    .regex(/^[A-Z_][A-Z0-9_]*$/, 'must be the name of an environment variable, never the key itself')
    .optional(),
  speaks: z.array(z.enum(['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini'])).min(1),
  region: z.string().min(1).optional(),
  quirks: z
    .strictObject({
      stream_options: z.boolean().optional(),
      max_tokens_fields: z.array(z.string().min(1)).min(1).optional(),
    })
    .optional(),
})

const routeSchema = z.strictObject({
  strategy: z.literal('priority'),
  candidates: z.array(name).min(1),
})

export const weirConfigSchema = z.strictObject({
  providers: z.record(providerId, providerSchema).default({}),
  models: z.record(name, modelOverlaySchema).default({}),
  routes: z.record(name, routeSchema).default({}),
})

export type PriceCardConfig = z.output<typeof priceCardSchema>
export type RatesConfig = z.output<typeof ratesSchema>
export type ExchangeRates = z.output<typeof exchangeRatesSchema>
/** WEIR_CONFIG once it is checked. */
export type WeirConfig = z.output<typeof weirConfigSchema>
