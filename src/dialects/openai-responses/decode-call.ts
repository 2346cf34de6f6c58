import {
  efforts,
  type AnswerFormat,
  type ChatCall,
  type Effort,
  type ReasoningWish,
  type Sampling,
} from '../../core/chat/call.ts'
import { fieldsOf, isFields, listOf, textOf, type Fields } from '../fields.ts'
import { invalid, readFlag, readText } from '../json-request.ts'
import { decodeInput } from './decode-input.ts'
import { decodeToolChoice, decodeTools } from './decode-tools.ts'
import { isForeign } from './foreign-fields.ts'
import { tokenLogprobs } from './includables.ts'
import type { ResponsesRequest } from './read-request.ts'
import { refusalForMissing } from './rewrite.ts'
import { said } from '../said.ts'

/** Reads all of a request. Throws WeirError, naming the field at fault. */
export function decodeCall(request: ResponsesRequest): ChatCall {
  const missing = refusalForMissing(request)
  if (missing) throw missing
  const { values } = request
  const foreign = new Set(Object.keys(values).filter((name) => isForeign(name, values[name])))
  const { system, turns, tools } = decodeInput(values['input'], foreign)
  const instructions = readText(values, 'instructions') ?? ''
  const call = {
    system: [...(instructions === '' ? [] : [{ type: 'text' as const, text: instructions }]), ...system],
    turns,
    tools: [...decodeTools(values['tools'], foreign), ...tools],
    sampling: decodeSampling(values),
    stop: [],
    answers: 1,
    stream: request.stream,
    ...decodeWishes(values, foreign),
    ...said({ outputCap: request.outputCap, endUser: request.endUser }),
  }
  // Last: reading the rest finds more of them.
  return { ...call, foreign: [...foreign] }
}

type Wishes = Pick<
  ChatCall,
  | 'toolChoice'
  | 'parallelTools'
  | 'format'
  | 'reasoning'
  | 'verbosity'
  | 'serviceTier'
  | 'cacheKey'
  | 'metadata'
>

function decodeWishes(values: Fields, foreign: Set<string>): Wishes {
  return said({
    toolChoice: decodeToolChoice(values['tool_choice']),
    parallelTools:
      (values['parallel_tool_calls'] ?? null) === null ? undefined : readFlag(values, 'parallel_tool_calls'),
    format: decodeFormat(objectAt(values, 'text')['format']),
    verbosity: decodeVerbosity(objectAt(values, 'text')['verbosity']),
    reasoning: decodeReasoningWish(objectAt(values, 'reasoning'), foreign),
    serviceTier: values['service_tier'] === 'default' ? 'standard' : undefined,
    cacheKey: readText(values, 'prompt_cache_key'),
    metadata: decodeMetadata(values['metadata']),
  })
}

function objectAt(values: Fields, name: string): Fields {
  const value = values[name] ?? {}
  if (!isFields(value)) throw invalid(`${name} must be an object.`, name)
  return value
}

function decodeSampling(values: Fields): Sampling {
  const wanted = listOf(values, 'include').includes(tokenLogprobs)
  const top = readNumber(values, 'top_logprobs')
  return said({
    temperature: readNumber(values, 'temperature'),
    topP: readNumber(values, 'top_p'),
    topLogprobs: wanted ? (top ?? 0) : top || undefined,
  })
}

function readNumber(values: Fields, name: string): number | undefined {
  const value = values[name] ?? undefined
  if (value === undefined || typeof value === 'number') return value
  throw invalid(`${name} must be a number.`, name)
}

function decodeFormat(format: unknown): AnswerFormat | undefined {
  if ((format ?? null) === null) return undefined
  const type = isFields(format) ? format['type'] : undefined
  if (type === 'text') return undefined
  if (type === 'json_object') return { type: 'json' }
  if (!isFields(format) || type !== 'json_schema' || !isFields(format['schema']))
    throw invalid('text.format must be text, json_object, or json_schema with its schema.', 'text.format')
  const [name, description] = [textOf(format, 'name'), textOf(format, 'description')]
  const strict = typeof format['strict'] === 'boolean' ? format['strict'] : undefined
  return { type: 'schema', schema: fieldsOf(format, 'schema'), ...said({ name, description, strict }) }
}

function decodeVerbosity(verbosity: unknown): ChatCall['verbosity'] {
  if ((verbosity ?? null) === null) return undefined
  if (verbosity === 'low' || verbosity === 'medium' || verbosity === 'high') return verbosity
  throw invalid('text.verbosity must be low, medium or high.', 'text.verbosity')
}

/** A summary is as much of a thought as OpenAI shows: who asks for one wants to see it. */
function decodeReasoningWish(reasoning: Fields, foreign: Set<string>): ReasoningWish | undefined {
  const { effort, summary, generate_summary: oldSummary, context } = reasoning
  if ((context ?? 'auto') !== 'auto') foreign.add('reasoning.context')
  const visible = (summary ?? oldSummary ?? null) === null ? undefined : true
  if ((effort ?? null) === null) return visible && { visible }
  if (!isEffort(effort))
    throw invalid(`reasoning.effort must be one of ${efforts.join(', ')}.`, 'reasoning.effort')
  return { effort, ...said({ visible }) }
}

function isEffort(value: unknown): value is Effort {
  return efforts.some((effort) => effort === value)
}

function decodeMetadata(metadata: unknown): Readonly<Record<string, string>> | undefined {
  if ((metadata ?? null) === null) return undefined
  if (isFields(metadata) && Object.values(metadata).every((value) => typeof value === 'string'))
    return metadata as Readonly<Record<string, string>>
  throw invalid('metadata must be an object of strings.', 'metadata')
}
