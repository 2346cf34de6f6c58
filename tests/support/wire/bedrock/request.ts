import { z } from 'zod'

/** Requests of Converse, as its service model describes them. */

const s3 = z.strictObject({ uri: z.string().startsWith('s3://'), bucketOwner: z.string().optional() })
const bytes = z.base64().min(1)
const source = z.union([z.strictObject({ bytes }), z.strictObject({ s3Location: s3 })])

const cachePoint = z.strictObject({ type: z.literal('default'), ttl: z.enum(['5m', '1h']).optional() })

const image = z.strictObject({ format: z.enum(['png', 'jpeg', 'gif', 'webp']), source })

const document = z.strictObject({
  format: z.enum(['pdf', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'txt', 'md']),
  name: z
    .string()
    .regex(
      /^(?!.*\s\s)[a-zA-Z0-9\s\-()[\]]{1,200}$/,
      'The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets, and no more than one consecutive whitespace character.',
    ),
  source: z.union([
    source,
    z.strictObject({ text: z.string() }),
    z.strictObject({ content: z.array(z.strictObject({ text: z.string() })) }),
  ]),
  citations: z.strictObject({ enabled: z.boolean() }).optional(),
  context: z.string().optional(),
})

const video = z.strictObject({ format: z.string(), source })
const audio = z.strictObject({ format: z.string(), source })

const toolUseId = z.string().regex(/^[a-zA-Z0-9_.:-]{1,64}$/)
const toolName = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/)

/** A document of the protocol: any JSON. */
const json = z.unknown().refine((value) => value !== undefined, 'Member must not be null')

const toolResult = z.strictObject({
  toolUseId,
  content: z.array(
    z.union([
      z.strictObject({ text: z.string() }),
      z.strictObject({ json }),
      z.strictObject({ image }),
      z.strictObject({ document }),
      z.strictObject({ video }),
    ]),
  ),
  status: z.enum(['success', 'error']).optional(),
})

const reasoningContent = z.union([
  z.strictObject({ reasoningText: z.strictObject({ text: z.string(), signature: z.string().optional() }) }),
  z.strictObject({ redactedContent: bytes }),
])

/** Each block is one of these. */
const blockShape = {
  text: z.string(),
  image,
  document,
  video,
  audio,
  toolUse: z.strictObject({ toolUseId, name: toolName, input: z.record(z.string(), z.unknown()) }),
  toolResult,
  reasoningContent,
  cachePoint,
  guardContent: z.looseObject({}),
  citationsContent: z.looseObject({}),
  searchResult: z.looseObject({}),
}

/** A union as the service has it: one member is set. */
function oneOf<Shape extends z.ZodRawShape>(shape: Shape) {
  return z
    .strictObject(shape)
    .partial()
    .refine((union) => Object.keys(union).length === 1, 'The union must have exactly one member set.')
}

const block = oneOf(blockShape)

const tool = oneOf({
  toolSpec: z.strictObject({
    name: toolName,
    description: z.string().min(1).optional(),
    inputSchema: z.strictObject({ json: z.looseObject({ type: z.literal('object') }) }),
    strict: z.boolean().optional(),
  }),
  cachePoint,
  systemTool: z.strictObject({ name: toolName }),
})

const empty = z.strictObject({})

export const converseSchema = z.strictObject({
  messages: z.array(z.strictObject({ role: z.enum(['user', 'assistant']), content: z.array(block) })),
  system: z.array(oneOf({ text: z.string(), cachePoint, guardContent: z.looseObject({}) })).optional(),
  inferenceConfig: z
    .strictObject({
      maxTokens: z.int().min(1),
      temperature: z.number().min(0).max(1),
      topP: z.number().min(0).max(1),
      stopSequences: z.array(z.string().min(1)).max(2500),
    })
    .partial()
    .optional(),
  toolConfig: z
    .strictObject({
      tools: z.array(tool).min(1),
      toolChoice: oneOf({ auto: empty, any: empty, tool: z.strictObject({ name: toolName }) }).optional(),
    })
    .optional(),
  additionalModelRequestFields: z.record(z.string(), z.unknown()).optional(),
  additionalModelResponseFieldPaths: z.array(z.string().startsWith('/')).max(10).optional(),
  guardrailConfig: z.looseObject({ guardrailIdentifier: z.string() }).optional(),
  outputConfig: z
    .strictObject({
      textFormat: z
        .strictObject({
          type: z.literal('json_schema'),
          structure: z.strictObject({
            jsonSchema: z.strictObject({
              schema: z.string(),
              name: z.string().optional(),
              description: z.string().optional(),
            }),
          }),
        })
        .optional(),
      effort: z.string().optional(),
    })
    .optional(),
  performanceConfig: z.strictObject({ latency: z.enum(['standard', 'optimized']) }).optional(),
  serviceTier: z.strictObject({ type: z.enum(['priority', 'default', 'flex', 'reserved']) }).optional(),
  promptVariables: z.record(z.string(), z.unknown()).optional(),
  requestMetadata: z
    .record(
      z.string().regex(/^[a-zA-Z0-9\s:_@$#=/+,-.]{1,256}$/),
      z.string().regex(/^[a-zA-Z0-9\s:_@$#=/+,-.]{0,256}$/),
    )
    .refine((pairs) => Object.keys(pairs).length <= 16, 'Member must have length less than or equal to 16')
    .optional(),
})

export type ConverseRequest = z.output<typeof converseSchema>
export type BlockParam = z.output<typeof block>
