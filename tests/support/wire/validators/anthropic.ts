import { z } from 'zod'
import { check, count, emitted, must, name } from './check.ts'

/** What messages look like to a caller. */

const title = z.string().nullable()
const cited = {
  cited_text: z.string(),
  document_index: count,
  document_title: title,
  file_id: z.string().nullish(),
}

export const citation = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('char_location'),
    ...cited,
    start_char_index: count,
    end_char_index: count,
  }),
  z.strictObject({
    type: z.literal('page_location'),
    ...cited,
    start_page_number: count,
    end_page_number: count,
  }),
  z.strictObject({
    type: z.literal('content_block_location'),
    ...cited,
    start_block_index: count,
    end_block_index: count,
  }),
  z.strictObject({
    type: z.literal('web_search_result_location'),
    cited_text: z.string(),
    encrypted_index: z.string(),
    title,
    url: z.string(),
  }),
  z.strictObject({
    type: z.literal('search_result_location'),
    cited_text: z.string(),
    search_result_index: count,
    source: z.string(),
    title,
    start_block_index: count,
    end_block_index: count,
  }),
])

/** What only the vendor's own servers make. */
const serverBlock = z.looseObject({
  type: z.enum([
    'server_tool_use',
    'web_search_tool_result',
    'web_fetch_tool_result',
    'code_execution_tool_result',
    'bash_code_execution_tool_result',
    'text_editor_code_execution_tool_result',
    'tool_search_tool_result',
    'container_upload',
  ]),
})

export const block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string(), citations: z.array(citation).nullish() }),
  z.strictObject({ type: z.literal('thinking'), thinking: z.string(), signature: z.string() }),
  z.strictObject({ type: z.literal('redacted_thinking'), data: name }),
  z.strictObject({
    type: z.literal('tool_use'),
    id: z.string().regex(/^[a-zA-Z0-9_-]+$/),
    name,
    input: z.record(z.string(), z.unknown()),
    caller: z.looseObject({ type: name }).optional(),
    toolset_name: z.string().nullish(),
  }),
  serverBlock,
])

const details = {
  output_tokens_details: z.strictObject({ thinking_tokens: count }).nullish(),
  server_tool_use: z
    .strictObject({ web_search_requests: count, web_fetch_requests: count })
    .partial()
    .nullish(),
  iterations: z.array(z.looseObject({})).nullish(),
}

function thinksWithinOutput(usage: {
  output_tokens: number
  output_tokens_details?: { thinking_tokens: number } | null | undefined
}): boolean {
  return (usage.output_tokens_details?.thinking_tokens ?? 0) <= usage.output_tokens
}

const usage = z
  .strictObject({
    input_tokens: count,
    cache_creation_input_tokens: count.nullable(),
    cache_read_input_tokens: count.nullable(),
    output_tokens: count,
    cache_creation: z
      .strictObject({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count })
      .nullish(),
    service_tier: z.enum(['standard', 'priority', 'batch']).nullish(),
    inference_geo: z.string().nullish(),
    speed: z.enum(['standard', 'fast']).nullish(),
    ...details,
  })
  .refine(thinksWithinOutput, 'more is thought than told')

/** What is known of the usage by then; output is always told. */
export const deltaUsage = z
  .strictObject({
    input_tokens: count.nullish(),
    cache_creation_input_tokens: count.nullish(),
    cache_read_input_tokens: count.nullish(),
    output_tokens: count,
    ...details,
  })
  .refine(thinksWithinOutput, 'more is thought than told')

const stopReason = z.enum([
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'tool_use',
  'pause_turn',
  'refusal',
  'model_context_window_exceeded',
])

const stopDetails = z
  .strictObject({
    type: z.literal('refusal'),
    category: z.string().nullable(),
    explanation: z.string().nullable(),
  })
  .nullish()

const container = z.looseObject({ id: z.string() }).nullish()

const head = {
  id: name,
  type: z.literal('message'),
  role: z.literal('assistant'),
  model: name,
  container,
  diagnostics: z.unknown().optional(),
  stop_details: stopDetails,
}

const stop = { stop_reason: stopReason, stop_sequence: z.string().nullable() }

const message = emitted({ ...head, ...stop, content: z.array(block), usage })

/** A message of which nothing is said yet. */
export const begunMessage = emitted({
  ...head,
  content: z.array(block).max(0),
  stop_reason: z.null(),
  stop_sequence: z.null(),
  usage,
})

export const messageDelta = z.strictObject({ ...stop, stop_details: stopDetails, container })

/** Holds the reason of an end to what was said. */
export function mustFitStop(
  { stop_reason: reason, stop_sequence: sequence }: z.output<typeof messageDelta>,
  blocks: readonly string[],
  what: string,
): void {
  must(reason !== 'tool_use' || blocks.includes('tool_use'), what, 'stops for calls that it does not have')
  must((reason === 'stop_sequence') === (sequence !== null), what, 'stop_reason and stop_sequence do not fit')
}

/** A message that came whole. */
export function validateMessage(json: unknown): void {
  const { content, stop_reason, stop_sequence } = check(message, json, 'message')
  mustFitStop(
    { stop_reason, stop_sequence },
    content.map(({ type }) => type),
    'message',
  )
}
