import { z } from '@hono/zod-openapi'
import { time, usd } from './schemas.ts'

const tokens = z.object({
  input_tokens: z.int(),
  cached_input_tokens: z.int(),
  cache_write_tokens: z.int(),
  cache_write_long_tokens: z.int(),
  web_searches: z.int(),
  input_audio_tokens: z.int(),
  output_tokens: z.int(),
  reasoning_tokens: z.int(),
  output_audio_tokens: z.int(),
})

const sources = z.enum(['exact', 'counted', 'floor']).openapi({
  description: 'The provider said; from the text that went by; estimated input and what was last reported.',
})

const attempt = z.object({
  provider: z.string(),
  model: z.string(),
  status: z.int(),
  latency_ms: z.number(),
  usage: tokens,
  usage_source: sources,
  price_card: z.string().nullable(),
  provider_cost: usd,
  exchange: z.object({ currency: z.string(), usd_per_unit: z.number(), date: z.string() }).optional(),
})

/** The receipt of a call, as `receiptToWire` writes it. */
export const receiptSchema = z
  .object({
    id: z.string(),
    key_id: z.string(),
    project_id: z.string().nullable(),
    end_user: z
      .string()
      .nullable()
      .openapi({ description: 'Whom the caller made the call for, as it said itself.' }),
    model: z.string(),
    provider: z.string(),
    attempts: z.array(attempt),
    usage: tokens,
    usage_source: sources,
    price_card: z.string().nullable(),
    charge: usd,
    provider_cost: usd,
    hold: z.object({ input_tokens: z.int(), output_tokens: z.int(), cost: usd }),
    outcome: z.enum(['ok', 'failed', 'cancelled', 'timed_out', 'cut', 'swept']),
    tags: z.record(z.string(), z.string()),
    started_at: time,
    ended_at: time,
  })
  .openapi('Receipt')

/** A correction of what was charged, as `adjustmentToWire` writes it. */
export const adjustmentSchema = z
  .object({
    id: z.string(),
    request_id: z.string().nullable(),
    key_id: z.string().nullable(),
    project_id: z.string().nullable(),
    end_user: z.string().nullable(),
    model: z.string().nullable(),
    provider: z.string().nullable(),
    charge: usd,
    note: z.string().nullable(),
    tags: z.record(z.string(), z.string()),
    posted_at: time.openapi({ description: 'The time to whose days, weeks and months it counts.' }),
    created_at: time,
  })
  .openapi('Adjustment')
