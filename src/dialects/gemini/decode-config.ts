import type { AnswerFormat, ChatCall, JsonObject, ReasoningWish, Sampling } from '../../core/chat/call.ts'
import { isFields, type Fields } from '../fields.ts'
import { invalid } from '../json-request.ts'
import {
  camelOf,
  fieldOf,
  flagOf,
  numberOf,
  objectOf,
  objectsOf,
  stringOf,
  stringsOf,
} from './field-names.ts'
import { toJsonSchema } from './schema.ts'
import { wishOf } from './thinking.ts'

type Config = Pick<ChatCall, 'sampling' | 'stop' | 'format' | 'reasoning'>

/** Fields of a generationConfig that have a place in a call. */
const known: ReadonlySet<string> = new Set([
  'maxOutputTokens',
  'candidateCount',
  'temperature',
  'topP',
  'topK',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'responseLogprobs',
  'logprobs',
  'stopSequences',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  'responseFormat',
  'responseModalities',
  'thinkingConfig',
])

export function decodeConfig(config: Fields, foreign: Set<string>): Config {
  for (const [name, value] of Object.entries(config))
    if (!known.has(camelOf(name)) && value !== null) foreign.add(camelOf(name))
  const format = decodeFormat(config, foreign)
  const reasoning = decodeThinking(config)
  return {
    sampling: decodeSampling(config),
    stop: stringsOf(config, 'stopSequences'),
    ...(format && { format }),
    ...(reasoning && { reasoning }),
  }
}

const samplingNames = ['temperature', 'topP', 'topK', 'seed', 'presencePenalty', 'frequencyPenalty'] as const

function decodeSampling(config: Fields): Sampling {
  const told = samplingNames.flatMap((name) => {
    const value = numberOf(config, name)
    return value === undefined ? [] : [[name, value] as const]
  })
  const wantsLogprobs = flagOf(config, 'responseLogprobs') === true
  const top = numberOf(config, 'logprobs') ?? 0
  return { ...Object.fromEntries(told), ...(wantsLogprobs && { topLogprobs: top }) }
}

function decodeThinking(config: Fields): ReasoningWish | undefined {
  const thinking = objectOf(config, 'thinkingConfig')
  if (!thinking) return undefined
  const wish = wishOf(stringOf(thinking, 'thinkingLevel'), numberOf(thinking, 'thinkingBudget'))
  return { ...wish, visible: flagOf(thinking, 'includeThoughts') ?? false }
}

function decodeFormat(config: Fields, foreign: Set<string>): AnswerFormat | undefined {
  const text = objectsOf(config, 'responseFormat')
    .map((format) => objectOf(format, 'text'))
    .find(Boolean)
  if (text) return formatOf(stringOf(text, 'mimeType'), schemaOf(text, 'schema'))
  const mimeType = stringOf(config, 'responseMimeType') ?? 'text/plain'
  if (mimeType === 'text/plain') return undefined
  const own = objectOf(config, 'responseSchema')
  const format = formatOf(mimeType, schemaOf(config, 'responseJsonSchema') ?? (own && toJsonSchema(own)))
  if (!format) foreign.add('responseMimeType')
  return format
}

function formatOf(mimeType: string | undefined, schema: JsonObject | undefined): AnswerFormat | undefined {
  if (mimeType !== 'application/json' && mimeType !== 'APPLICATION_JSON') return undefined
  // Here answers keep to their schema always.
  return schema ? { type: 'schema', schema, strict: true } : { type: 'json' }
}

function schemaOf(fields: Fields, name: string): JsonObject | undefined {
  const schema = fieldOf(fields, name)
  if (schema === undefined || isFields(schema)) return schema
  throw invalid(`${name} must be a schema.`, name)
}
