import { z } from 'zod'
import { nanoOf } from '../support/prices.ts'

/** The books as the admin API tells them, as far as the audit reads them. Money becomes nanoUSD, times become Unix milliseconds. */

/** Below zero only where something is wrong, and in corrections. */
export function signedNanoOf(usd: string | number): bigint {
  const text = String(usd)
  return text.startsWith('-') ? -nanoOf(text.slice(1)) : nanoOf(text)
}

const nano = z.string().transform(signedNanoOf)
const time = z.iso.datetime().transform((text) => Date.parse(text))

const tokens = z.object({
  input_tokens: z.int(),
  cached_input_tokens: z.int(),
  output_tokens: z.int(),
})

const source = z.enum(['exact', 'counted', 'floor'])

export const rowSchema = z.object({
  type: z.literal('request'),
  mark: z.int(),
  id: z.string(),
  key_id: z.string(),
  project_id: z.string().nullable(),
  end_user: z.string().nullable(),
  model: z.string(),
  provider: z.string(),
  attempts: z.array(
    z.object({
      provider: z.string(),
      model: z.string(),
      status: z.int(),
      usage: tokens,
      usage_source: source,
      provider_cost: nano,
    }),
  ),
  usage: tokens,
  usage_source: source,
  charge: nano,
  provider_cost: nano,
  hold: z.object({ input_tokens: z.int(), output_tokens: z.int(), cost: nano }),
  outcome: z.string(),
  tags: z.record(z.string(), z.string()),
  started_at: time,
  ended_at: time,
})

export type Row = z.output<typeof rowSchema>

export const adjustmentSchema = z.object({
  type: z.literal('adjustment'),
  mark: z.int(),
  id: z.string(),
  request_id: z.string().nullable(),
  key_id: z.string().nullable(),
  project_id: z.string().nullable(),
  end_user: z.string().nullable(),
  model: z.string().nullable(),
  provider: z.string().nullable(),
  charge: nano,
  tags: z.record(z.string(), z.string()),
  posted_at: time,
  created_at: time,
})

export type Adjustment = z.output<typeof adjustmentSchema>

export const exportedSchema = z.discriminatedUnion('type', [rowSchema, adjustmentSchema])

export type Exported = z.output<typeof exportedSchema>

const written = z.union([z.string(), z.number()])

export const limitSchema = z
  .object({
    id: z.string(),
    scope: z.object({ type: z.enum(['org', 'project', 'key', 'end_user']), id: z.string() }),
    metric: z.enum(['requests', 'tokens', 'input_tokens', 'output_tokens', 'cost', 'concurrency']),
    per: z.enum(['minute', 'hour', 'day', 'week', 'month', 'lifetime']).nullable(),
    amount: written,
    burst: written.optional(),
    models: z.array(z.string()).optional(),
    mode: z.enum(['enforce', 'shadow']),
    on_lost: z.enum(['floor', 'hold']),
    timezone: z.string(),
    spent: written,
    held: written,
    would_refuse: z.int().optional(),
  })
  .transform(({ amount, burst, spent, held, ...limit }) => {
    const read = (value: string | number) => (limit.metric === 'cost' ? signedNanoOf(value) : BigInt(value))
    return {
      ...limit,
      amount: read(amount),
      capacity: read(burst ?? amount),
      spent: read(spent),
      held: read(held),
    }
  })

/** A limit and where it stands, in nanoUSD or in its own unit. */
export type Limit = z.output<typeof limitSchema>

export const topUpSchema = z.object({ id: z.string(), limit_id: z.string(), amount: nano, created_at: time })

export type TopUp = z.output<typeof topUpSchema>

export const usageSchema = z.object({
  model: z.string().nullish(),
  provider: z.string().nullish(),
  project_id: z.string().nullish(),
  key_id: z.string().nullish(),
  end_user: z.string().nullish(),
  tag: z.string().nullish(),
  requests: z.int(),
  input_tokens: z.int(),
  cached_input_tokens: z.int(),
  output_tokens: z.int(),
  charge: nano,
  provider_cost: nano,
})

export type UsageLine = z.output<typeof usageSchema>
