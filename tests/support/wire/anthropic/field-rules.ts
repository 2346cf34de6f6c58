import { isObject, type Json } from '../../simulator/json.ts'
import { firstWrong, type Rule } from '../refusal.ts'
import { abilitiesOf, mustThinkAtTop } from './models.ts'
import type { CountRequest, MessageRequest } from './request.ts'
import { turnsOf } from './turns.ts'

/** What fields must be, beside one another and for the model. */

/** A request with the version of the API that it is made for. */
export interface Versioned {
  readonly request: MessageRequest
  readonly version: string
}

/** From this version on the sampling parameters are gone, for all models. */
const newVersion = '2026-10-21'

function samplingFitsVersion({ request, version }: Versioned): string | undefined {
  const sent = (['temperature', 'top_p', 'top_k'] as const).find((name) => request[name] !== undefined)
  return sent && version >= newVersion ? `${sent}: Extra inputs are not permitted` : undefined
}

/** In the newer version, documents stand beside users' words, and citations on the model's. */
function blocksFitVersion({ request, version }: Versioned): string | undefined {
  if (version < newVersion) return undefined
  return firstWrong(turnsOf(request), ({ role, blocks, at }) => {
    if (role === 'assistant') {
      const isWrong = blocks.some(({ type }) => type === 'document')
      return isWrong ? `messages.${at}: \`document\` blocks are not allowed in assistant messages` : undefined
    }
    const texts = blocks.flatMap((block) => (block.type === 'search_result' ? block.content : [block]))
    const isCited = texts.some((block) => block.type === 'text' && (block.citations?.length ?? 0) > 0)
    return isCited ? `messages.${at}: \`citations\` are not allowed on text of user messages` : undefined
  })
}

export const versionRules: readonly Rule<Versioned>[] = [samplingFitsVersion, blocksFitVersion]

function samplingFits(request: MessageRequest): string | undefined {
  const { temperature, top_p: topP, top_k: topK, model } = request
  if (!abilitiesOf(model).fixedSampling) {
    if (temperature === undefined || topP === undefined) return undefined
    return '`temperature` and `top_p` cannot both be specified for this model. Please use only one.'
  }
  if ((temperature ?? 1) !== 1) return '`temperature` is deprecated for this model.'
  if ((topP ?? 1) < 0.99) return '`top_p` is deprecated for this model.'
  return topK === undefined ? undefined : '`top_k` is deprecated for this model.'
}

function samplingFitsThought(request: MessageRequest): string | undefined {
  const { temperature = 1, top_p: topP = 1, top_k: topK, thinking } = request
  if (thinking?.type !== 'enabled' && thinking?.type !== 'adaptive') return undefined
  if (temperature !== 1) return '`temperature` may only be set to 1 when thinking is enabled.'
  if (topK !== undefined) return '`top_k` must be unset when thinking is enabled.'
  return topP < 0.95
    ? '`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.'
    : undefined
}

function capFits({ max_tokens: cap, thinking, model }: MessageRequest): string | undefined {
  const { maxOutput } = abilitiesOf(model)
  if (cap > maxOutput) {
    return `max_tokens: ${cap} > ${maxOutput}, which is the maximum allowed number of output tokens for ${model}`
  }
  if (thinking?.type !== 'enabled' || thinking.budget_tokens < cap) return undefined
  return '`max_tokens` must be greater than `thinking.budget_tokens`.'
}

function stopsAreVisible({ stop_sequences: stops = [] }: MessageRequest): string | undefined {
  const isBlank = stops.some((stop) => stop.trim() === '')
  return isBlank ? 'stop_sequences: each stop sequence must contain non-whitespace' : undefined
}

function prefillFits(request: MessageRequest): string | undefined {
  const last = turnsOf(request).at(-1)
  if (last?.role !== 'assistant') return undefined
  if (!abilitiesOf(request.model).prefill || request.thinking?.type === 'enabled') {
    return 'This model does not support assistant message prefill. The conversation must end with a user message.'
  }
  const end = last.blocks.at(-1)
  const isLoose = end?.type === 'text' && end.text !== end.text.trimEnd()
  return isLoose ? 'messages: final assistant content cannot end with trailing whitespace' : undefined
}

function thinkingFits({ thinking, model }: CountRequest): string | undefined {
  if (!thinking || abilitiesOf(model).thinking.includes(thinking.type)) return undefined
  return `"thinking.type.${thinking.type}" is not supported for this model.`
}

function choiceFitsThinking({ thinking, tool_choice: choice, model }: CountRequest): string | undefined {
  if (choice?.type !== 'any' && choice?.type !== 'tool') return undefined
  if (!abilitiesOf(model).forcedTools) return `tool_choice: '${choice.type}' is not supported for this model.`
  const isThinking = thinking?.type === 'adaptive' || thinking?.type === 'enabled'
  return isThinking ? 'Thinking may not be enabled when tool_choice forces tool use.' : undefined
}

function topEffortThinks({ thinking, model, output_config: config }: CountRequest): string | undefined {
  const isTop = config?.effort === 'xhigh' || config?.effort === 'max'
  if (!thinking || !isTop || !mustThinkAtTop(model, thinking.type)) return undefined
  return `thinking: \`${thinking.type}\` is not supported with effort '${config.effort}' on this model`
}

function effortFits({ output_config: config, model }: CountRequest): string | undefined {
  const { xhigh } = abilitiesOf(model)
  return config?.effort === 'xhigh' && !xhigh
    ? "output_config.effort: 'xhigh' is not supported on this model"
    : undefined
}

function toolsFit({ tools = [], tool_choice: choice }: CountRequest): string | undefined {
  const names = tools.flatMap(({ name }) => name ?? [])
  if (new Set(names).size < names.length) return 'tools: Tool names must be unique.'
  if (choice && choice.type !== 'none' && tools.length === 0) {
    return 'tool_choice: tool_choice may only be specified while providing tools'
  }
  if (choice?.type !== 'tool' || names.includes(choice.name)) return undefined
  return `tool_choice: Tool '${choice.name}' not found in provided tools`
}

/** Marks of where the cache may end, wherever they stand. */
function marksIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + marksIn(item), 0)
  if (!isObject(value)) return 0
  const own = isObject(value.cache_control) ? 1 : 0
  return own + marksIn(value.content)
}

function marksFit({ messages, system, tools, cache_control: whole }: CountRequest): string | undefined {
  const count = marksIn(messages) + marksIn(system) + marksIn(tools) + (whole ? 1 : 0)
  if (count <= 4) return undefined
  return `A maximum of 4 blocks with cache_control may be provided. Found ${count}.`
}

/** Keywords that answers by schema do not keep to, and so are refused. */
const unkept = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'not',
  'oneOf',
]

/** What is wrong with a schema that an answer must keep to. */
export function looseSchema(schema: unknown, where: string): string | undefined {
  if (!isObject(schema)) return undefined
  const keyword = unkept.find((name) => name in schema)
  if (keyword) return `${where}: For '${String(schema.type)}' type, property '${keyword}' is not supported`
  if (schema.type === 'object' && schema.additionalProperties !== false) {
    return `${where}: For 'object' type, 'additionalProperties' must be explicitly set to false`
  }
  return firstWrong(childrenOf(schema), (child) => looseSchema(child, where))
}

function childrenOf(schema: Json): unknown[] {
  const maps = [schema.properties, schema.$defs].filter(isObject).flatMap((map) => Object.values(map))
  return [...maps, schema.items, ...[schema.anyOf, schema.allOf].filter(Array.isArray).flat()]
}

function schemasFit({ output_config: config, tools = [], model }: CountRequest): string | undefined {
  const strict = tools.filter((tool) => tool.strict === true)
  const isAsked = strict.length > 0 || config?.format
  if (isAsked && !abilitiesOf(model).structured) return `structured outputs are not supported by ${model}`
  return (
    looseSchema(config?.format?.schema, 'output_config.format.schema') ??
    firstWrong(strict, (tool, at) => looseSchema(tool.input_schema, `tools.${at}.custom.input_schema`))
  )
}

/** What counting checks too. */
export const sharedRules: readonly Rule<CountRequest>[] = [
  thinkingFits,
  choiceFitsThinking,
  topEffortThinks,
  effortFits,
  toolsFit,
  marksFit,
  schemasFit,
]

export const fieldRules: readonly Rule<MessageRequest>[] = [
  capFits,
  samplingFits,
  samplingFitsThought,
  stopsAreVisible,
  prefillFits,
]
