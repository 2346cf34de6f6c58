import { z } from 'zod'
import { anyMessage, bytes, message } from './proto.ts'
import { schemaMessage } from './schema-message.ts'

/** Requests of the Developer API, as its protocol describes them. */

const blob = message({ mimeType: z.string().min(1), data: bytes, displayName: z.string().optional() })
const fileData = message({
  fileUri: z.string(),
  mimeType: z.string().optional(),
  displayName: z.string().optional(),
})

/** Of the fields that hold data, a part has exactly one. */
export const dataFields = [
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
  'toolCall',
  'toolResponse',
] as const

const part = message({
  text: z.string().optional(),
  inlineData: blob.optional(),
  fileData: fileData.optional(),
  functionCall: message({
    id: z.string().optional(),
    name: z.string().min(1),
    args: anyMessage.optional(),
  }).optional(),
  functionResponse: message({
    id: z.string().optional(),
    name: z.string().min(1),
    response: anyMessage,
    parts: z.array(message({ inlineData: blob.optional(), fileData: fileData.optional() })).optional(),
    willContinue: z.boolean().optional(),
    scheduling: z.string().optional(),
  }).optional(),
  executableCode: anyMessage.optional(),
  codeExecutionResult: anyMessage.optional(),
  toolCall: anyMessage.optional(),
  toolResponse: anyMessage.optional(),
  thought: z.boolean().optional(),
  thoughtSignature: bytes.optional(),
  videoMetadata: anyMessage.optional(),
  mediaResolution: anyMessage.optional(),
  partMetadata: anyMessage.optional(),
})

const content = message({ role: z.string().optional(), parts: z.array(part).optional() })

const functionName = z
  .string()
  .regex(
    /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$/,
    'Invalid function name. Must start with a letter or an underscore.',
  )

const functionDeclaration = message({
  name: functionName,
  description: z.string().optional(),
  parameters: schemaMessage.optional(),
  parametersJsonSchema: anyMessage.optional(),
  response: schemaMessage.optional(),
  responseJsonSchema: anyMessage.optional(),
  behavior: z.string().optional(),
})

const tool = message({
  functionDeclarations: z.array(functionDeclaration).optional(),
  googleSearch: anyMessage.optional(),
  codeExecution: anyMessage.optional(),
  urlContext: anyMessage.optional(),
  googleMaps: anyMessage.optional(),
  fileSearch: anyMessage.optional(),
  computerUse: anyMessage.optional(),
  mcpServers: z.array(anyMessage).optional(),
})

const thinkingConfig = message({
  includeThoughts: z.boolean().optional(),
  thinkingBudget: z.int().optional(),
  thinkingLevel: z.enum(['MINIMAL', 'LOW', 'MEDIUM', 'HIGH']).optional(),
})

const generationConfig = message({
  maxOutputTokens: z.int().optional(),
  temperature: z.number().optional(),
  topP: z.number().optional(),
  topK: z.number().optional(),
  stopSequences: z.array(z.string()).optional(),
  candidateCount: z.int().optional(),
  seed: z
    .int()
    .min(-(2 ** 31))
    .max(2 ** 31 - 1)
    .optional(),
  presencePenalty: z.number().optional(),
  frequencyPenalty: z.number().optional(),
  responseMimeType: z.string().optional(),
  responseSchema: schemaMessage.optional(),
  responseJsonSchema: anyMessage.optional(),
  responseModalities: z.array(z.enum(['TEXT', 'IMAGE', 'AUDIO'])).optional(),
  responseLogprobs: z.boolean().optional(),
  logprobs: z.int().optional(),
  thinkingConfig: thinkingConfig.optional(),
  mediaResolution: z.string().optional(),
  speechConfig: anyMessage.optional(),
  imageConfig: anyMessage.optional(),
  audioTranscriptionConfig: anyMessage.optional(),
  enableEnhancedCivicAnswers: z.boolean().optional(),
})

const safetySetting = message({
  category: z.string().startsWith('HARM_CATEGORY_'),
  threshold: z.enum([
    'BLOCK_LOW_AND_ABOVE',
    'BLOCK_MEDIUM_AND_ABOVE',
    'BLOCK_ONLY_HIGH',
    'BLOCK_NONE',
    'OFF',
  ]),
})

const generateShape = {
  model: z.string().optional(),
  contents: z.array(content).optional(),
  systemInstruction: content.optional(),
  tools: z.array(tool).optional(),
  toolConfig: message({
    functionCallingConfig: message({
      mode: z.enum(['AUTO', 'ANY', 'NONE', 'VALIDATED']).optional(),
      allowedFunctionNames: z.array(z.string()).optional(),
    }).optional(),
    retrievalConfig: anyMessage.optional(),
    includeServerSideToolInvocations: z.boolean().optional(),
  }).optional(),
  safetySettings: z.array(safetySetting).optional(),
  generationConfig: generationConfig.optional(),
  cachedContent: z.string().startsWith('cachedContents/').optional(),
  serviceTier: z.enum(['standard', 'flex', 'priority']).optional(),
  store: z.boolean().optional(),
}

export const generateSchema = message(generateShape)

export const countSchema = message({
  contents: z.array(content).optional(),
  generateContentRequest: message({ ...generateShape, model: z.string().startsWith('models/') }).optional(),
})

export type GenerateRequest = z.output<typeof generateSchema>
export type ContentParam = z.output<typeof content>
export type PartParam = z.output<typeof part>
