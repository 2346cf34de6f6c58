import { z } from 'zod'

/** The gateway's answers, as the tests read them. */

const tokens = z.object({
  input_tokens: z.int(),
  cached_input_tokens: z.int(),
  cache_write_tokens: z.int(),
  output_tokens: z.int(),
  reasoning_tokens: z.int(),
})

const sources = z.enum(['exact', 'counted', 'floor'])

export const rowSchema = z.object({
  id: z.string(),
  key_id: z.string(),
  project_id: z.string().nullable(),
  model: z.string(),
  provider: z.string(),
  attempts: z.array(
    z.object({
      provider: z.string(),
      model: z.string(),
      status: z.int(),
      usage: tokens,
      usage_source: sources,
      provider_cost: z.string(),
    }),
  ),
  usage: tokens,
  usage_source: sources,
  charge: z.string(),
  provider_cost: z.string(),
  hold: z.object({ input_tokens: z.int(), output_tokens: z.int(), cost: z.string() }),
  outcome: z.enum(['ok', 'failed', 'cancelled', 'timed_out', 'cut', 'swept']),
  tags: z.record(z.string(), z.string()),
})

export type Row = z.output<typeof rowSchema>

const amount = z.union([z.string(), z.number()])

export const limitSchema = z.object({
  id: z.string(),
  scope: z.object({ type: z.string(), id: z.string() }),
  metric: z.enum(['requests', 'tokens', 'input_tokens', 'output_tokens', 'cost', 'concurrency']),
  per: z.string().nullable(),
  amount,
  models: z.array(z.string()).optional(),
  spent: amount,
  held: amount,
  remaining: amount,
  resets_at: z.string().nullable(),
})

export type LimitLine = z.output<typeof limitSchema>

export const errorSchema = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string(),
    limit: limitSchema.extend({ requested: amount }).optional(),
    request_id: z.string().optional(),
  }),
})

export type WireError = z.output<typeof errorSchema>['error']

export const usageSchema = z.object({
  requests: z.int(),
  input_tokens: z.int(),
  output_tokens: z.int(),
  charge: z.string(),
  provider_cost: z.string(),
})
