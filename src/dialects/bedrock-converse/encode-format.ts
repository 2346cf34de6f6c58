import type { AnswerFormat, JsonObject } from '../../core/chat/call.ts'
import type { Block, Encoding } from './encoding.ts'
import { enforceable } from './schema.ts'

export interface FormatFields {
  readonly outputConfig?: Block
  /** What is asked for in words, for want of a field. */
  readonly instruction?: string
}

const onlyJson = 'Answer with one JSON object and nothing else: no words around it, no code fence.'

/** The form of the answer: by a field where the model can be held to a schema, else in words, and then it is named as dropped. */
export function formatFields(format: AnswerFormat | undefined, encoding: Encoding): FormatFields {
  if (!format) return {}
  if (format.type === 'json') {
    encoding.dropped.add('json_object')
    return { instruction: onlyJson }
  }
  if (encoding.traits.schemas) return { outputConfig: textFormat(format, encoding) }
  encoding.dropped.add('json_schema')
  return { instruction: `${onlyJson} It must follow this JSON Schema: ${JSON.stringify(format.schema)}` }
}

function textFormat(format: Extract<AnswerFormat, { type: 'schema' }>, encoding: Encoding): Block {
  const { name, description } = format
  const schema = enforced(format.schema, encoding)
  const jsonSchema = {
    schema: JSON.stringify(schema),
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
  }
  return { textFormat: { type: 'json_schema', structure: { jsonSchema } } }
}

function enforced(schema: JsonObject, { traits, dropped }: Encoding): JsonObject {
  if (traits.maker !== 'anthropic') return schema
  const { schema: strict, weakened } = enforceable(schema)
  if (weakened) dropped.add('json_schema')
  return strict
}
