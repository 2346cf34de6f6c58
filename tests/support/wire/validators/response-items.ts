import { z } from 'zod'
import { count, name } from './check.ts'

/** Items of a response. */

const logprob = { token: z.string(), logprob: z.number(), bytes: z.array(z.int()) }
const logprobs = z.array(z.strictObject({ ...logprob, top_logprobs: z.array(z.strictObject(logprob)) }))

/** In events, with less. */
export const eventLogprobs = z.array(
  z.strictObject({
    token: z.string(),
    logprob: z.number(),
    bytes: z.array(z.int()).optional(),
    top_logprobs: z.array(z.looseObject({})).optional(),
  }),
)

export const annotation = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('url_citation'),
    url: name,
    title: z.string(),
    start_index: count,
    end_index: count,
  }),
  z.strictObject({ type: z.literal('file_citation'), file_id: name, filename: z.string(), index: count }),
  z.strictObject({
    type: z.literal('container_file_citation'),
    container_id: name,
    file_id: name,
    filename: z.string(),
    start_index: count,
    end_index: count,
  }),
  z.strictObject({ type: z.literal('file_path'), file_id: name, index: count }),
])

const outputText = z.strictObject({
  type: z.literal('output_text'),
  text: z.string(),
  annotations: z.array(annotation),
  logprobs: logprobs.optional(),
})
const refusal = z.strictObject({ type: z.literal('refusal'), refusal: z.string() })
const reasoningText = z.strictObject({ type: z.literal('reasoning_text'), text: z.string() })

export const summaryPart = z.strictObject({ type: z.literal('summary_text'), text: z.string() })

/** A part of a message, or of a thought that is shown. */
export const contentPart = z.discriminatedUnion('type', [outputText, refusal, reasoningText])

const status = z.enum(['in_progress', 'completed', 'incomplete'])

const hosted = z.looseObject({
  type: z.enum([
    'web_search_call',
    'file_search_call',
    'code_interpreter_call',
    'image_generation_call',
    'computer_call',
    'mcp_call',
    'mcp_list_tools',
    'mcp_approval_request',
    'shell_call',
    'local_shell_call',
    'apply_patch_call',
    'compaction',
  ]),
  id: name,
})

export const item = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('message'),
    id: name,
    role: z.literal('assistant'),
    status,
    content: z.array(z.discriminatedUnion('type', [outputText, refusal])),
    phase: z.enum(['commentary', 'final_answer']).nullish(),
  }),
  z.strictObject({
    type: z.literal('reasoning'),
    id: name,
    summary: z.array(summaryPart),
    content: z.array(reasoningText).optional(),
    encrypted_content: z.string().nullish(),
    status: status.optional(),
  }),
  z.strictObject({
    type: z.literal('function_call'),
    id: name,
    call_id: name,
    name,
    arguments: z.string(),
    status,
    namespace: z.string().optional(),
  }),
  z.strictObject({
    type: z.literal('custom_tool_call'),
    id: name,
    call_id: name,
    name,
    input: z.string(),
    status: status.optional(),
  }),
  hosted,
])

export type Item = z.output<typeof item>
