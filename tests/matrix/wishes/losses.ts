import { passes, type Cell } from '../call.ts'
import type { UpstreamName } from '../upstreams.ts'
import type { WishName } from './wish.ts'

/** What providers are told apart by here: on Bedrock the models differ in what they take. */
type Column = UpstreamName | 'open models on bedrock'

export interface Loss {
  readonly in: readonly Column[]
  /** Refused as `cannot_translate`; or dropped, by this name in `x-weir-dropped`. */
  readonly as: 'refused' | { readonly dropped: string }
  readonly why: string
}

const bedrock = ['bedrock', 'open models on bedrock'] as const

function dropped(name: string, why: string, columns: readonly Column[]): Loss {
  return { in: columns, as: { dropped: name }, why }
}

function refused(why: string, columns: readonly Column[]): Loss {
  return { in: columns, as: 'refused', why }
}

const noField = 'has no such setting'

/** All that does not get through from one dialect to another. Between two that speak the same all of it does. */
export const losses: Partial<Record<WishName, readonly Loss[]>> = {
  seed: [dropped('seed', noField, ['responses', 'anthropic', ...bedrock])],
  presence_penalty: [dropped('presence_penalty', noField, ['responses', 'anthropic', 'gemini', ...bedrock])],
  frequency_penalty: [
    dropped('frequency_penalty', noField, ['responses', 'anthropic', 'gemini', ...bedrock]),
  ],
  stop: [dropped('stop', noField, ['responses'])],
  top_k: [dropped('top_k', noField, ['chat', 'responses', 'open models on bedrock'])],
  'several answers': [
    dropped('n', 'one answer is all that is translated', [
      'chat',
      'responses',
      'anthropic',
      'gemini',
      ...bedrock,
    ]),
  ],
  logprobs: [dropped('logprobs', 'does not tell them', ['anthropic', ...bedrock])],
  'no thought': [dropped('reasoning', 'thinks all the same', ['open models on bedrock'])],
  verbosity: [dropped('verbosity', noField, ['anthropic', 'gemini', ...bedrock])],
  'any JSON': [dropped('json_object', 'is asked for it in words', ['anthropic', ...bedrock])],
  'one tool at a time': [dropped('parallel_tool_calls', noField, ['gemini', 'open models on bedrock'])],
  'a tool of free text': [
    refused('takes tools with a JSON Schema only', ['anthropic', 'gemini', ...bedrock]),
  ],
  'an end user': [dropped('end_user', noField, ['gemini'])],
  'a cache key': [dropped('prompt_cache_key', noField, ['anthropic', 'gemini', ...bedrock])],
  metadata: [dropped('metadata', 'keeps no records for callers', ['chat', 'anthropic', 'gemini'])],
  'an image by address': [refused('fetches nothing: send base64', ['gemini', ...bedrock])],
  'a PDF by address': [refused('fetches no documents: send base64', ['chat', 'gemini', ...bedrock])],
  audio: [refused('does not listen', ['responses', 'anthropic', ...bedrock])],
  video: [refused('does not watch', ['chat', 'responses', 'anthropic', 'bedrock'])],
  'a cache mark': [
    dropped('cache_control', 'marks none with this model', [
      'chat',
      'responses',
      'gemini',
      'open models on bedrock',
    ]),
  ],
  'a named document': [dropped('name', 'has no name for documents', ['gemini'])],
  'a document to cite': [
    dropped('citations', 'does not cite documents', [
      'chat',
      'responses',
      'gemini',
      'open models on bedrock',
    ]),
  ],
  'a tool that failed': [
    dropped('is_error', 'knows no failed results', ['chat', 'responses', 'open models on bedrock']),
  ],
  'an instruction midway': [
    dropped('system_position', 'has one system prompt, in front', ['gemini', ...bedrock]),
  ],
  logit_bias: [dropped('logit_bias', 'of OpenAI alone', ['responses', 'anthropic', 'gemini', ...bedrock])],
  truncation: [dropped('truncation', 'of OpenAI alone', ['chat', 'anthropic', 'gemini', ...bedrock])],
  'safety settings': [
    dropped('safetySettings', 'of Google alone', ['chat', 'responses', 'anthropic', ...bedrock]),
  ],
}

/** Of one caller's dialect, where it says more with the same wish than others do. */
const own: Partial<Record<`${Cell['client']['dialect']}: ${WishName}`, readonly Loss[]>> = {
  'openai-chat: a PDF': [dropped('name', 'has no name for documents', ['gemini'])],
  'openai-responses: a PDF': [dropped('name', 'has no name for documents', ['gemini'])],
  'gemini: effort': [dropped('reasoning_budget', 'knows words for it only', ['chat', 'responses'])],
}

/** What becomes of a wish; undefined where it is carried. */
export function lossOf(cell: Cell, name: WishName): Loss | undefined {
  if (passes(cell)) return undefined
  const { upstream, model, client } = cell
  const column: Column = upstream === 'bedrock' && /gpt-oss/.test(model) ? 'open models on bedrock' : upstream
  const known = [...(losses[name] ?? []), ...(own[`${client.dialect}: ${name}`] ?? [])]
  return known.find((loss) => loss.in.includes(column))
}

/** Wishes that only other providers of the same dialect grant: this one refuses them itself. */
export const refusedByProvider: Partial<Record<Cell['client']['dialect'], readonly WishName[]>> = {
  gemini: ['metadata', 'an image by address', 'a PDF by address'],
  'openai-chat': ['no thought', 'a tool that shows an image'],
  'openai-responses': ['no thought'],
}
