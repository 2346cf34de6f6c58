import { z } from 'zod'
import { check, count, emitted, must, name } from './check.ts'
import { item } from './response-items.ts'

/** What responses look like to a caller. */

const usage = z
  .strictObject({
    input_tokens: count,
    input_tokens_details: z.strictObject({
      cached_tokens: count,
      cache_write_tokens: count,
      cache_write_tokens_details: z.record(z.string(), count).optional(),
    }),
    output_tokens: count,
    output_tokens_details: z.strictObject({ reasoning_tokens: count }),
    total_tokens: count,
  })
  .refine((told) => told.total_tokens === told.input_tokens + told.output_tokens, 'the total is not the sum')
  .refine((told) => told.input_tokens_details.cached_tokens <= told.input_tokens, 'more is cached than sent')
  .refine(
    (told) => told.output_tokens_details.reasoning_tokens <= told.output_tokens,
    'more is thought than told',
  )

const config = z.record(z.string(), z.unknown())

export const response = emitted({
  id: name,
  object: z.literal('response'),
  created_at: z.int(),
  completed_at: z.int().nullish(),
  status: z.enum(['completed', 'failed', 'in_progress', 'cancelled', 'queued', 'incomplete']),
  error: z
    .strictObject({ code: name, message: name, param: z.string().nullish(), type: z.string().nullish() })
    .nullable(),
  incomplete_details: z
    .strictObject({ reason: z.enum(['max_output_tokens', 'content_filter', 'max_messages', 'steered']) })
    .nullable(),
  instructions: z.union([z.string(), z.array(z.looseObject({}))]).nullable(),
  model: name,
  output: z.array(item),
  parallel_tool_calls: z.boolean(),
  temperature: z.number().nullable(),
  top_p: z.number().nullable(),
  tool_choice: z.union([z.enum(['none', 'auto', 'required']), z.looseObject({ type: name })]),
  tools: z.array(z.looseObject({ type: name })),
  metadata: z.record(z.string(), z.string()).nullable(),
  usage: usage.nullable(),
  access_programs: config.nullish(),
  background: z.boolean().nullish(),
  conversation: config.nullish(),
  image: config.optional(),
  input_transformations: z.array(config).optional(),
  max_output_tokens: z.int().nullish(),
  max_tool_calls: z.int().nullish(),
  moderation: z.unknown().optional(),
  output_text: z.string().optional(),
  previous_response_id: z.string().nullish(),
  prompt: config.nullish(),
  prompt_cache_diagnostics: config.optional(),
  prompt_cache_key: z.string().nullish(),
  prompt_cache_options: config.nullish(),
  prompt_cache_retention: z.string().nullish(),
  reasoning: config.nullish(),
  safety_identifier: z.string().nullish(),
  service_tier: z.string().nullish(),
  store: z.boolean().nullish(),
  text: z
    .strictObject({ format: z.looseObject({ type: name }).optional(), verbosity: z.string().nullish() })
    .optional(),
  tool_usage: config.optional(),
  top_logprobs: z.int().nullish(),
  truncation: z.enum(['auto', 'disabled']).nullish(),
  user: z.string().nullish(),
})

export type Response = z.output<typeof response>

/** Holds a response's status to what it says beside. */
export function mustFitStatus(
  { status, error, incomplete_details: details, output }: Response,
  what: string,
): void {
  must((status === 'failed') === (error !== null), what, `is ${status} and its error is not so`)
  must(
    (status === 'incomplete') === (details !== null),
    what,
    `is ${status} and its incomplete_details are not so`,
  )
  const open = output.find((item) => 'status' in item && item.status === 'in_progress')
  must(status === 'in_progress' || open === undefined, what, `is ${status} and has an item in progress`)
}

/** A response that came whole. */
export function validateResponse(json: unknown): void {
  const whole = check(response, json, 'response')
  must(whole.status === 'completed' || whole.status === 'incomplete', 'response', `is ${whole.status}`)
  must(whole.usage !== null, 'response', 'has no usage')
  mustFitStatus(whole, 'response')
}
