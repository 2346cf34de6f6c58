import { z } from 'zod'
import { count, emitted, name } from './check.ts'
import { responseErrorEvent } from './errors.ts'
import { annotation, contentPart, eventLogprobs, item, summaryPart } from './response-items.ts'
import { response } from './response.ts'

/** Events of a response's stream. */

function event<Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) {
  return emitted({ type: z.literal(type), sequence_number: count, ...shape })
}

const ofItem = { item_id: name, output_index: count }
const ofPart = { ...ofItem, content_index: count }
const ofSummary = { ...ofItem, summary_index: count }
const delta = { delta: z.string(), obfuscation: z.string().optional() }

export const responseEvent = z.discriminatedUnion('type', [
  event('response.created', { response }),
  event('response.in_progress', { response }),
  event('response.queued', { response }),
  event('response.completed', { response }),
  event('response.incomplete', { response }),
  event('response.failed', { response }),
  responseErrorEvent,
  event('response.output_item.added', { output_index: count, item }),
  event('response.output_item.done', { output_index: count, item }),
  event('response.content_part.added', { ...ofPart, part: contentPart }),
  event('response.content_part.done', { ...ofPart, part: contentPart }),
  event('response.output_text.delta', { ...ofPart, ...delta, logprobs: eventLogprobs }),
  event('response.output_text.done', { ...ofPart, text: z.string(), logprobs: eventLogprobs }),
  event('response.output_text.annotation.added', { ...ofPart, annotation_index: count, annotation }),
  event('response.refusal.delta', { ...ofPart, ...delta }),
  event('response.refusal.done', { ...ofPart, refusal: z.string() }),
  event('response.reasoning_text.delta', { ...ofPart, ...delta }),
  event('response.reasoning_text.done', { ...ofPart, text: z.string() }),
  event('response.reasoning_summary_part.added', { ...ofSummary, part: summaryPart }),
  event('response.reasoning_summary_part.done', {
    ...ofSummary,
    part: summaryPart,
    status: z.literal('incomplete').optional(),
  }),
  event('response.reasoning_summary_text.delta', { ...ofSummary, ...delta }),
  event('response.reasoning_summary_text.done', { ...ofSummary, text: z.string() }),
  event('response.function_call_arguments.delta', { ...ofItem, ...delta }),
  event('response.function_call_arguments.done', { ...ofItem, name: name.optional(), arguments: z.string() }),
  event('response.custom_tool_call_input.delta', { ...ofItem, ...delta }),
  event('response.custom_tool_call_input.done', { ...ofItem, input: z.string() }),
])

export type ResponseEvent = z.output<typeof responseEvent>

/** Those that belong to one item. */
export type ItemEvent = Extract<ResponseEvent, { item_id: string }>

/** What the hosted tools tell of themselves is passed on unread. */
export const hostedEvent = z.looseObject({
  type: z
    .string()
    .regex(
      /^response\.(web_search|file_search|code_interpreter|image_generation|mcp|shell|audio|compaction)\S*$/,
    ),
  sequence_number: count,
})
