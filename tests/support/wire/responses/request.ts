import { z } from 'zod'
import { isObject } from '../../simulator/json.ts'
import {
  cacheBreakpoint,
  detail,
  effort,
  fileData,
  imageUrl,
  sharedFields,
  toolName,
  verbosity,
} from '../openai/shared-fields.ts'

/** Requests as the API reads them. */

const inputText = z.strictObject({ type: z.literal('input_text'), text: z.string(), ...cacheBreakpoint })

const inputPart = z.discriminatedUnion('type', [
  inputText,
  z.strictObject({
    type: z.literal('input_image'),
    image_url: imageUrl.nullish(),
    file_id: z.string().nullish(),
    detail: detail.optional(),
    ...cacheBreakpoint,
  }),
  z.strictObject({
    type: z.literal('input_file'),
    file_id: z.string().nullish(),
    filename: z.string().optional(),
    file_data: fileData.optional(),
    file_url: z.url().optional(),
    detail: z.enum(['auto', 'low', 'high']).optional(),
    ...cacheBreakpoint,
  }),
])

const outputPart = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('output_text'),
    text: z.string(),
    annotations: z.array(z.looseObject({ type: z.string() })).optional(),
    logprobs: z.array(z.looseObject({})).optional(),
  }),
  z.strictObject({ type: z.literal('refusal'), refusal: z.string() }),
])

function idOf(prefix: string) {
  return z.string().startsWith(prefix, `Expected an ID that begins with '${prefix}'.`)
}

const status = { status: z.enum(['in_progress', 'completed', 'incomplete']).nullish() }
const phase = { phase: z.enum(['commentary', 'final_answer']).nullish() }
const message = { type: z.literal('message'), id: idOf('msg').optional(), ...status, ...phase }
const callId = z.string().min(1).max(64)
const output = z.union([z.string(), z.array(inputPart)])

const item = z.discriminatedUnion('type', [
  z.discriminatedUnion('role', [
    z.strictObject({
      ...message,
      role: z.enum(['user', 'system', 'developer']),
      content: z.union([z.string(), z.array(inputPart)]),
    }),
    z.strictObject({
      ...message,
      role: z.literal('assistant'),
      content: z.union([z.string(), z.array(outputPart)]),
    }),
  ]),
  z.strictObject({
    type: z.literal('function_call'),
    id: idOf('fc').optional(),
    call_id: callId,
    name: toolName,
    arguments: z.string(),
    namespace: z.string().optional(),
    caller: z.looseObject({}).nullish(),
    async: z.boolean().optional(),
    ...status,
  }),
  z.strictObject({
    type: z.literal('function_call_output'),
    id: z.string().nullish(),
    call_id: callId,
    output,
    name: z.string().nullish(),
    caller: z.looseObject({}).nullish(),
    ...status,
  }),
  z.strictObject({
    type: z.literal('custom_tool_call'),
    id: idOf('ctc').optional(),
    call_id: callId,
    name: toolName,
    input: z.string(),
    ...status,
  }),
  z.strictObject({
    type: z.literal('custom_tool_call_output'),
    id: z.string().nullish(),
    call_id: callId,
    output,
    ...status,
  }),
  z.strictObject({
    type: z.literal('reasoning'),
    id: idOf('rs'),
    summary: z.array(z.strictObject({ type: z.literal('summary_text'), text: z.string() })),
    content: z.array(z.strictObject({ type: z.literal('reasoning_text'), text: z.string() })).nullish(),
    encrypted_content: z.string().nullish(),
    ...status,
  }),
  z.strictObject({ type: z.literal('item_reference'), id: z.string() }),
  z.looseObject({
    type: z.enum([
      'web_search_call',
      'file_search_call',
      'code_interpreter_call',
      'image_generation_call',
      'compaction',
    ]),
    id: z.string(),
  }),
])

/** A message needs no type. */
function typed(value: unknown): unknown {
  return isObject(value) && value.type === undefined && 'role' in value
    ? { type: 'message', ...value }
    : value
}

const hostedTools = z.enum([
  'web_search',
  'web_search_preview',
  'file_search',
  'code_interpreter',
  'computer',
  'mcp',
  'image_generation',
  'shell',
  'local_shell',
  'apply_patch',
])

const tool = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('function'),
    name: toolName,
    description: z.string().nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
    strict: z.boolean().nullish(),
    async: z.boolean().optional(),
    defer_loading: z.boolean().optional(),
    output_schema: z.record(z.string(), z.unknown()).nullish(),
    allowed_callers: z.array(z.string()).nullish(),
  }),
  z.strictObject({
    type: z.literal('custom'),
    name: toolName,
    description: z.string().optional(),
    format: z
      .discriminatedUnion('type', [
        z.strictObject({ type: z.literal('text') }),
        z.strictObject({
          type: z.literal('grammar'),
          definition: z.string(),
          syntax: z.enum(['lark', 'regex']),
        }),
      ])
      .optional(),
    defer_loading: z.boolean().optional(),
  }),
  z.looseObject({ type: hostedTools }),
])

const format = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    name: toolName,
    schema: z.record(z.string(), z.unknown()),
    description: z.string().optional(),
    strict: z.boolean().nullish(),
  }),
])

const named = z.strictObject({ type: z.enum(['function', 'custom']), name: z.string() })

export const responseSchema = z.strictObject({
  ...sharedFields,
  model: z.string().min(1),
  input: z.union([z.string(), z.array(z.preprocess(typed, item))]).optional(),
  instructions: z.string().nullish(),
  max_output_tokens: z.int().min(16, 'integer below minimum value. Expected a value >= 16.').nullish(),
  max_tool_calls: z.int().min(1).nullish(),
  previous_response_id: idOf('resp').nullish(),
  conversation: z.union([z.string(), z.strictObject({ id: z.string() })]).nullish(),
  prompt: z.looseObject({ id: z.string() }).nullish(),
  background: z.boolean().nullish(),
  truncation: z.enum(['auto', 'disabled']).nullish(),
  context_management: z.array(z.looseObject({ type: z.string() })).nullish(),
  include: z
    .array(
      z.enum([
        'reasoning.encrypted_content',
        'message.output_text.logprobs',
        'message.input_image.image_url',
        'file_search_call.results',
        'web_search_call.results',
        'web_search_call.action.sources',
        'computer_call_output.output.image_url',
        'code_interpreter_call.outputs',
      ]),
    )
    .nullish(),
  reasoning: z
    .strictObject({
      effort: effort.nullish(),
      summary: z.enum(['auto', 'concise', 'detailed']).nullish(),
      generate_summary: z.enum(['auto', 'concise', 'detailed']).nullish(),
      context: z.enum(['auto', 'current_turn', 'all_turns']).nullish(),
      mode: z.string().optional(),
    })
    .nullish(),
  text: z.strictObject({ format: format.optional(), verbosity: verbosity.nullish() }).optional(),
  tools: z.array(tool).optional(),
  tool_choice: z
    .union([
      z.enum(['none', 'auto', 'required']),
      named,
      z.strictObject({
        type: z.literal('allowed_tools'),
        mode: z.enum(['auto', 'required']),
        tools: z.array(named),
      }),
      z.strictObject({ type: hostedTools }),
    ])
    .optional(),
  stream_options: z.strictObject({ include_obfuscation: z.boolean().optional() }).nullish(),
})

export type ResponseRequest = z.output<typeof responseSchema>
export type ItemParam = Exclude<NonNullable<ResponseRequest['input']>, string>[number]
