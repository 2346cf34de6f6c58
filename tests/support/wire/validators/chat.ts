import { z } from 'zod'
import { check, count, emitted, extensions, must, name } from './check.ts'

/** What chat completions look like to a caller. */

const { reasoning_content, reasoning_details, extra_content } = extensions

const bytes = z.array(z.int().min(0).max(255)).nullable()
const logprob = { token: z.string(), logprob: z.number(), bytes }
const logprobs = z
  .array(z.strictObject({ ...logprob, top_logprobs: z.array(z.strictObject(logprob)) }))
  .nullable()
const choiceLogprobs = z.strictObject({ content: logprobs, refusal: logprobs }).nullable()

const finishReason = z.enum(['stop', 'length', 'tool_calls', 'content_filter', 'function_call'])

export const usage = z
  .strictObject({
    prompt_tokens: count,
    completion_tokens: count,
    total_tokens: count,
    prompt_tokens_details: z
      .strictObject({
        cached_tokens: count.optional(),
        cache_write_tokens: count.optional(),
        audio_tokens: count.optional(),
        image_tokens: count.optional(),
        text_tokens: count.optional(),
      })
      .optional(),
    completion_tokens_details: z
      .strictObject({
        reasoning_tokens: count.optional(),
        audio_tokens: count.optional(),
        text_tokens: count.optional(),
        accepted_prediction_tokens: count.optional(),
        rejected_prediction_tokens: count.optional(),
      })
      .optional(),
  })
  .refine(
    (told) => told.total_tokens === told.prompt_tokens + told.completion_tokens,
    'the total is not the sum',
  )
  .refine(
    (told) => (told.prompt_tokens_details?.cached_tokens ?? 0) <= told.prompt_tokens,
    'more is cached than sent',
  )
  .refine(
    (told) => (told.completion_tokens_details?.reasoning_tokens ?? 0) <= told.completion_tokens,
    'more is thought than told',
  )

const toolCall = z.discriminatedUnion('type', [
  z.strictObject({
    id: name,
    type: z.literal('function'),
    function: z.strictObject({ name, arguments: z.string() }),
    extra_content,
  }),
  z.strictObject({
    id: name,
    type: z.literal('custom'),
    custom: z.strictObject({ name, input: z.string() }),
    extra_content,
  }),
])

const annotation = z.strictObject({
  type: z.literal('url_citation'),
  url_citation: z.strictObject({ url: name, title: z.string(), start_index: count, end_index: count }),
})

const audio = { id: z.string(), data: z.string(), expires_at: z.int(), transcript: z.string() }

const message = z.strictObject({
  role: z.literal('assistant'),
  content: z.string().nullable(),
  refusal: z.string().nullable(),
  annotations: z.array(annotation).optional(),
  audio: z.strictObject(audio).nullish(),
  tool_calls: z.array(toolCall).min(1).optional(),
  reasoning_content,
  reasoning_details,
})

const head = {
  id: name,
  created: z.int(),
  model: name,
  service_tier: z.enum(['auto', 'default', 'flex', 'scale', 'priority', 'fast']).nullish(),
  system_fingerprint: z.string().nullish(),
  moderation: z.unknown().optional(),
}

const completion = emitted({
  ...head,
  object: z.literal('chat.completion'),
  choices: z.array(
    z.strictObject({ index: count, message, logprobs: choiceLogprobs, finish_reason: finishReason }),
  ),
  usage: usage.optional(),
  metadata: z.record(z.string(), z.string()).nullish(),
})

const callDelta = z.strictObject({
  index: count,
  id: name.optional(),
  type: z.enum(['function', 'custom']).optional(),
  function: z.strictObject({ name: name.optional(), arguments: z.string().optional() }).optional(),
  custom: z.strictObject({ name: name.optional(), input: z.string().optional() }).optional(),
  extra_content,
})

export const chunk = emitted({
  ...head,
  object: z.literal('chat.completion.chunk'),
  choices: z.array(
    z.strictObject({
      index: count,
      delta: z.strictObject({
        role: z.literal('assistant').optional(),
        content: z.string().nullish(),
        refusal: z.string().nullish(),
        annotations: z.array(annotation).optional(),
        audio: z.strictObject(audio).partial().optional(),
        tool_calls: z.array(callDelta).optional(),
        reasoning_content,
        reasoning_details,
      }),
      logprobs: choiceLogprobs.optional(),
      finish_reason: finishReason.nullable(),
    }),
  ),
  usage: usage.nullish(),
  obfuscation: z.string().optional(),
})

export type Chunk = z.output<typeof chunk>
export type CallDelta = z.output<typeof callDelta>

/** A completion that came whole. */
export function validateCompletion(json: unknown): void {
  const { choices } = check(completion, json, 'completion')
  must(choices.length > 0, 'completion', 'has no choice')
  for (const [at, { index, message, finish_reason: finish }] of choices.entries()) {
    must(index === at, `choice ${at}`, `is numbered ${index}`)
    must(finish !== 'tool_calls' || message.tool_calls !== undefined, `choice ${at}`, 'has no calls')
  }
}
