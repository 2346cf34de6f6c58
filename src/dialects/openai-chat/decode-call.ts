import { efforts, type ChatCall, type Sampling } from '../../core/chat/call.ts'
import type { Fields } from '../fields.ts'
import { invalid } from '../json-request.ts'
import {
  needFields,
  needFlag,
  needList,
  needNumber,
  needText,
  needWhole,
  noteForeign,
  oneOf,
  optional,
} from './checks.ts'
import { decodeMessages } from './decode-messages.ts'
import { decodeFormat, decodeToolChoice, decodeTools } from './decode-tools.ts'
import type { ChatRequest } from './read-request.ts'

/** Reads all of a chat request. Throws WeirError, naming the field at fault. */
export function decodeCall(request: ChatRequest): ChatCall {
  const { values } = request
  const foreign = new Set<string>()
  noteForeignFields(request, foreign)
  const { system, turns } = decodeMessages(needList(values['messages'], 'messages'), foreign)
  return {
    system,
    turns,
    tools: decodeTools(values, foreign),
    ...decodeWishes(values),
    sampling: decodeSampling(values),
    stop: decodeStop(values['stop'] ?? []),
    ...(request.outputCap !== undefined && { outputCap: request.outputCap }),
    answers: request.answers,
    stream: request.stream,
    ...(request.endUser !== undefined && { endUser: request.endUser }),
    ...decodeRecords(values),
    foreign: [...foreign],
  }
}

/** Fields that are read, and those that `readRequest` lets pass only where they ask for nothing. */
const knownFields: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'n',
  'best_of',
  'tools',
  'functions',
  'tool_choice',
  'function_call',
  'parallel_tool_calls',
  'response_format',
  'reasoning_effort',
  'verbosity',
  'temperature',
  'top_p',
  'top_k',
  'seed',
  'presence_penalty',
  'frequency_penalty',
  'logprobs',
  'top_logprobs',
  'stop',
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'metadata',
  'service_tier',
  'store',
  'background',
])

function noteForeignFields({ values, endUser }: ChatRequest, foreign: Set<string>): void {
  noteForeign(values, knownFields, foreign)
  const { modalities } = values
  if (Array.isArray(modalities) && modalities.every((each) => each === 'text')) foreign.delete('modalities')
  // Of two end users, one is told.
  for (const name of ['user', 'safety_identifier'])
    if ((values[name] ?? '') !== '' && values[name] !== endUser) foreign.add(name)
}

const effortWords = oneOf(efforts)
const verbosities = oneOf(['low', 'medium', 'high'])

function decodeWishes(values: Fields) {
  const toolChoice = decodeToolChoice(values)
  const parallel = optional(values['parallel_tool_calls'], 'parallel_tool_calls', needFlag)
  // The old functions were called one at a time.
  const parallelTools = isOld(values) ? false : parallel
  const format = optional(values['response_format'], 'response_format', decodeFormat)
  const effort = optional(values['reasoning_effort'], 'reasoning_effort', effortWords)
  const verbosity = optional(values['verbosity'], 'verbosity', verbosities)
  return {
    ...(toolChoice && { toolChoice }),
    ...(parallelTools !== undefined && { parallelTools }),
    ...(format && { format }),
    ...(effort !== undefined && { reasoning: { effort } }),
    ...(verbosity !== undefined && { verbosity }),
  }
}

/** Whether the caller's tools are named `functions`: then so is what calls them. */
export function isOld(values: Fields): boolean {
  return Array.isArray(values['functions']) && (values['tools'] ?? null) === null
}

/** Our names of the fields that are numbers. */
const numbers = [
  ['temperature', 'temperature', needNumber],
  ['topP', 'top_p', needNumber],
  ['topK', 'top_k', needWhole],
  ['seed', 'seed', needWhole],
  ['presencePenalty', 'presence_penalty', needNumber],
  ['frequencyPenalty', 'frequency_penalty', needNumber],
] as const

function decodeSampling(values: Fields): Sampling {
  const sampling = numbers.flatMap(([name, field, read]) => {
    const value = optional(values[field], field, read)
    return value === undefined ? [] : [[name, value] as const]
  })
  const wanted = optional(values['logprobs'], 'logprobs', needFlag) ?? false
  const top = optional(values['top_logprobs'], 'top_logprobs', needWhole) ?? 0
  if (top < 0 || (top > 0 && !wanted))
    throw invalid('top_logprobs must not be negative, and needs logprobs.', 'top_logprobs')
  return { ...Object.fromEntries(sampling), ...(wanted && { topLogprobs: top }) }
}

function decodeStop(stop: unknown): string[] {
  const list = Array.isArray(stop) ? stop : [stop]
  return list.map((text: unknown) => needText(text, 'stop')).filter((text) => text !== '')
}

/** What says whose call it is, and how it is to be served. `auto` leaves that to the provider. */
function decodeRecords(values: Fields) {
  const cacheKey = optional(values['prompt_cache_key'], 'prompt_cache_key', needText) ?? ''
  const metadata = optional(values['metadata'], 'metadata', readMetadata)
  return {
    ...(cacheKey !== '' && { cacheKey }),
    ...(metadata && { metadata }),
    ...(values['service_tier'] === 'default' && { serviceTier: 'standard' }),
  }
}

function readMetadata(value: unknown, path: string): Record<string, string> {
  const entries = Object.entries(needFields(value, path))
  return Object.fromEntries(entries.map(([name, text]) => [name, needText(text, `${path}.${name}`)]))
}
