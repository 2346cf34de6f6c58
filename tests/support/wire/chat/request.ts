import { z } from 'zod'
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

const textPart = z.strictObject({ type: z.literal('text'), text: z.string(), ...cacheBreakpoint })
const textContent = z.union([z.string(), z.array(textPart).min(1)])

const userPart = z.discriminatedUnion('type', [
  textPart,
  z.strictObject({
    type: z.literal('image_url'),
    image_url: z.strictObject({ url: imageUrl, detail: detail.optional() }),
    ...cacheBreakpoint,
  }),
  z.strictObject({
    type: z.literal('input_audio'),
    input_audio: z.strictObject({ data: z.base64().min(1), format: z.enum(['wav', 'mp3']) }),
    ...cacheBreakpoint,
  }),
  z.strictObject({
    type: z.literal('file'),
    file: z.strictObject({
      file_data: fileData.optional(),
      file_id: z.string().optional(),
      filename: z.string().optional(),
    }),
    ...cacheBreakpoint,
  }),
])

const name = {
  name: z
    .string()
    .regex(/^[^\s<|\\/>]+$/, 'string does not match pattern.')
    .optional(),
}
const callId = z.string().min(1).max(64)

/** What some third parties put on calls. */
const extra = z.looseObject({}).optional()

const functionCall = z.strictObject({ name: toolName, arguments: z.string() })

const toolCall = z.discriminatedUnion('type', [
  z.strictObject({
    id: callId,
    type: z.literal('function'),
    function: functionCall,
    extra_content: extra,
  }),
  z.strictObject({
    id: callId,
    type: z.literal('custom'),
    custom: z.strictObject({ name: toolName, input: z.string() }),
    extra_content: extra,
  }),
])

const assistantContent = z.union([
  z.string(),
  z.array(
    z.discriminatedUnion('type', [
      textPart,
      z.strictObject({ type: z.literal('refusal'), refusal: z.string() }),
    ]),
  ),
])

const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.enum(['system', 'developer']), content: textContent, ...name }),
  z.strictObject({
    role: z.literal('user'),
    content: z.union([z.string(), z.array(userPart).min(1)]),
    ...name,
  }),
  z.strictObject({
    role: z.literal('assistant'),
    content: assistantContent.nullish(),
    refusal: z.string().nullish(),
    // SDKs send a message back as it came.
    annotations: z.array(z.looseObject({})).nullish(),
    tool_calls: z.array(toolCall).min(1).optional(),
    audio: z.strictObject({ id: z.string() }).nullish(),
    function_call: functionCall.nullish(),
    reasoning_content: z.string().nullish(),
    ...name,
  }),
  z.strictObject({ role: z.literal('tool'), content: textContent, tool_call_id: callId }),
  z.strictObject({ role: z.literal('function'), content: z.string().nullable(), name: toolName }),
])

const parameters = z.record(z.string(), z.unknown()).nullish()

const tool = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('function'),
    function: z.strictObject({
      name: toolName,
      description: z.string().nullish(),
      parameters,
      strict: z.boolean().nullish(),
    }),
  }),
  z.strictObject({
    type: z.literal('custom'),
    custom: z.strictObject({
      name: toolName,
      description: z.string().optional(),
      format: z
        .discriminatedUnion('type', [
          z.strictObject({ type: z.literal('text') }),
          z.strictObject({
            type: z.literal('grammar'),
            grammar: z.strictObject({ definition: z.string(), syntax: z.enum(['lark', 'regex']) }),
          }),
        ])
        .optional(),
    }),
  }),
])

const named = z.strictObject({ name: z.string() })
const chosen = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('function'), function: named }),
  z.strictObject({ type: z.literal('custom'), custom: named }),
])

const format = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.strictObject({
      name: toolName,
      description: z.string().optional(),
      schema: z.record(z.string(), z.unknown()).optional(),
      strict: z.boolean().nullish(),
    }),
  }),
])

const penalty = z.number().min(-2).max(2).nullish()

export const chatSchema = z.strictObject({
  ...sharedFields,
  model: z.string().min(1),
  messages: z.array(message).min(1, 'empty array. Expected an array with minimum length 1.'),
  audio: z.looseObject({ format: z.string() }).nullish(),
  frequency_penalty: penalty,
  presence_penalty: penalty,
  function_call: z.union([z.enum(['none', 'auto']), named]).optional(),
  functions: z
    .array(z.strictObject({ name: toolName, description: z.string().optional(), parameters }))
    .optional(),
  logit_bias: z.record(z.string(), z.number().min(-100).max(100)).nullish(),
  logprobs: z.boolean().nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  max_tokens: z.int().min(1).nullish(),
  modalities: z.array(z.enum(['text', 'audio'])).nullish(),
  n: z.int().min(1).max(128).nullish(),
  prediction: z.strictObject({ type: z.literal('content'), content: textContent }).nullish(),
  reasoning_effort: effort.nullish(),
  response_format: format.optional(),
  seed: z.int().nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4, 'array too long. Expected at most 4.')]).nullish(),
  stream_options: z
    .strictObject({ include_usage: z.boolean().optional(), include_obfuscation: z.boolean().optional() })
    .nullish(),
  tool_choice: z
    .union([
      z.enum(['none', 'auto', 'required']),
      chosen,
      z.strictObject({
        type: z.literal('allowed_tools'),
        allowed_tools: z.strictObject({ mode: z.enum(['auto', 'required']), tools: z.array(chosen) }),
      }),
    ])
    .optional(),
  tools: z.array(tool).min(1, 'empty array. Expected an array with minimum length 1.').max(128).optional(),
  verbosity: verbosity.nullish(),
  web_search_options: z.looseObject({}).optional(),
})

export type ChatRequest = z.output<typeof chatSchema>
export type MessageParam = ChatRequest['messages'][number]
