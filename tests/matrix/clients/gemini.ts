import type { Json } from '../../support/simulator/json.ts'
import { cap, type Ask, type Client, type Told } from '../ask.ts'
import { at, countAt, joined, listAt, objectAt, textAt } from './json.ts'

function userParts({ text, image }: Ask): Json[] {
  return [...(image ? [{ inlineData: { mimeType: image.mediaType, data: image.data } }] : []), { text }]
}

function body(ask: Ask): Json {
  const { system, tools, schema, think, stop } = ask
  return {
    ...(system !== undefined && { systemInstruction: { parts: [{ text: system }] } }),
    contents: [{ role: 'user', parts: userParts(ask) }],
    ...(tools && {
      tools: [
        {
          functionDeclarations: tools.map(({ name, description, schema: parametersJsonSchema }) => ({
            name,
            description,
            parametersJsonSchema,
          })),
        },
      ],
    }),
    generationConfig: {
      maxOutputTokens: cap,
      ...(schema && { responseMimeType: 'application/json', responseJsonSchema: schema }),
      ...(think && { thinkingConfig: { includeThoughts: true, thinkingBudget: 2048 } }),
      ...(stop !== undefined && { stopSequences: [stop] }),
    },
  }
}

/** It has no word for what the cache was given. */
function usageOf(usage: unknown) {
  if (!usage) return undefined
  const reasoning = countAt(usage, 'thoughtsTokenCount')
  return {
    input: countAt(usage, 'promptTokenCount'),
    cached: countAt(usage, 'cachedContentTokenCount'),
    output: countAt(usage, 'candidatesTokenCount') + reasoning,
    reasoning,
  }
}

/** A whole answer is a stream of one chunk. */
function readStream(chunks: readonly Json[]): Told {
  const all = chunks.flatMap((chunk) => listAt(chunk, 'candidates'))
  const candidates = all.filter(({ index = 0 }) => index === 0)
  // As the SDK keeps it: each chunk's content for itself.
  const history = candidates.flatMap(({ content }) => (content ? [objectAt(content)] : []))
  const parts = history.flatMap((content) => listAt(content, 'parts'))
  const last = (field: string) => chunks.map((chunk) => chunk[field]).findLast(Boolean)
  const blocked = chunks.some((chunk) => at(chunk, 'promptFeedback', 'blockReason') !== undefined)
  return {
    text: joined(
      parts.filter(({ thought }) => !thought),
      'text',
    ),
    refusal: '',
    reasoning: joined(
      parts.filter(({ thought }) => thought),
      'text',
    ),
    calls: parts
      .filter(({ functionCall }) => functionCall)
      .map(({ functionCall: call }) => ({
        id: textAt(call, 'id'),
        name: textAt(call, 'name'),
        arguments: at(call, 'args') ?? {},
      })),
    finish: blocked ? 'SAFETY' : String(candidates.map((one) => one.finishReason).findLast(Boolean)),
    usage: usageOf(last('usageMetadata')),
    model: String(last('modelVersion')),
    weir: last('weir'),
    history,
  }
}

/** Google's generateContent. */
export const gemini: Client = {
  dialect: 'gemini',
  finishes: {
    stop: 'STOP',
    stop_sequence: 'STOP',
    length: 'MAX_TOKENS',
    tool_calls: 'STOP',
    content_filter: 'SAFETY',
  },
  path: ({ model, stream }) =>
    `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  headers: (key) => ({ 'x-goog-api-key': key }),
  body,
  next: (body, { history }, outputs) => ({
    ...body,
    contents: [
      ...listAt(body, 'contents'),
      ...history,
      {
        role: 'user',
        parts: outputs.map(({ call, text }) => ({
          functionResponse: {
            ...(call.id !== '' && { id: call.id }),
            name: call.name,
            response: { output: text },
          },
        })),
      },
    ],
  }),
  readWhole: (answer) => readStream([answer]),
  readStream,
  errorCode(error) {
    const reason = at(error, 'error', 'details', 0, 'reason')
    return typeof reason === 'string' ? reason.toLowerCase() : undefined
  },
}
