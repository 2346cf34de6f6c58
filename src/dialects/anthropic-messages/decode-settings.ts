import {
  efforts,
  type AnswerFormat,
  type Effort,
  type ReasoningWish,
  type Sampling,
} from '../../core/chat/call.ts'
import { isFields, type Fields } from '../fields.ts'
import { invalid } from '../json-request.ts'
import { nameable, objectAt, optionalNumber, textAt } from './strictly.ts'

const outputFields: ReadonlySet<string> = new Set(['effort', 'format'])

/** How the answer is to look. */
export function decodeFormat(values: Fields): { readonly format?: AnswerFormat } {
  const format = outputConfig(values)['format'] ?? values['output_format'] ?? undefined
  if (format === undefined) return {}
  const { type, schema } = objectAt(format, 'output_config.format')
  if (type !== 'json_schema')
    throw invalid('output_config.format.type must be json_schema.', 'output_config.format.type')
  // Here answers keep to their schema always.
  return { format: { type: 'schema', schema: objectAt(schema, 'output_config.format.schema'), strict: true } }
}

function outputConfig(values: Fields): Fields {
  return objectAt(values['output_config'] ?? {}, 'output_config')
}

/** How much the model is to think. */
export function decodeReasoning(
  values: Fields,
  foreign: Set<string>,
): { readonly reasoning?: ReasoningWish } {
  const config = outputConfig(values)
  for (const [name, value] of Object.entries(config))
    if (value !== null && !outputFields.has(name)) foreign.add(nameable(name, 'output_config'))
  const effort = readEffort(config['effort'])
  if ((values['thinking'] ?? undefined) === undefined)
    return effort === undefined ? {} : { reasoning: { effort } }
  const thinking = objectAt(values['thinking'], 'thinking')
  if (isFields(thinking['block_binding'])) foreign.add('block_binding')
  const stopped = least.get(textAt(thinking['type'], 'thinking.type'))
  if (!stopped) return { reasoning: { ...(effort && { effort }), ...readThinking(thinking) } }
  if (effort) foreign.add('effort')
  return { reasoning: { effort: stopped } }
}

const least: ReadonlyMap<string, Effort> = new Map([
  ['disabled', 'none'],
  ['between_tools', 'minimal'],
])

function readEffort(value: unknown): Effort | undefined {
  const effort = value ?? undefined
  if (effort === undefined) return undefined
  const known = efforts.find((name) => name === effort)
  if (known === undefined) throw invalid('output_config.effort is not known.', 'output_config.effort')
  return known
}

function readThinking(thinking: Fields): ReasoningWish {
  // Who has the model think without another word is shown it.
  const visible = thinking['display'] !== 'omitted'
  if (thinking['type'] === 'adaptive') return { visible }
  if (thinking['type'] !== 'enabled')
    throw invalid('thinking.type must be enabled, adaptive, between_tools or disabled.', 'thinking.type')
  const budget = optionalNumber(thinking['budget_tokens'], 'thinking.budget_tokens')
  return { ...(budget !== undefined && { budget }), visible }
}

export function decodeSampling(values: Fields): Sampling {
  const temperature = optionalNumber(values['temperature'], 'temperature')
  const topP = optionalNumber(values['top_p'], 'top_p')
  const topK = optionalNumber(values['top_k'], 'top_k')
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
  }
}
