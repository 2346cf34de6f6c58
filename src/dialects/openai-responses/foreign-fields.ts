import { isFields } from '../fields.ts'
import { sealedReasoning, tokenLogprobs } from './includables.ts'

/** Fields that are read, or that the gateway itself acts on. */
const known: ReadonlySet<string> = new Set([
  'model',
  'input',
  'instructions',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'text',
  'reasoning',
  'temperature',
  'top_p',
  'top_logprobs',
  'max_output_tokens',
  'stream',
  'service_tier',
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'metadata',
  'store',
  'background',
  'n',
  'plugins',
  'context_management',
])

/** What asks for nothing that others could not do. */
const harmless: Readonly<Record<string, (value: unknown) => boolean>> = {
  truncation: (value) => value === 'disabled',
  // What is not padded here has nothing to be left out.
  stream_options: (value) => isFields(value) && value['include_obfuscation'] !== true,
  include: (value) => Array.isArray(value) && value.every((name) => carried.has(name)),
  prompt_cache_options: (value) => isFields(value) && Object.keys(value).length === 0,
}

const carried: ReadonlySet<unknown> = new Set([sealedReasoning, tokenLogprobs])

/** Whether a field of a request asks for what no other dialect can carry. */
export function isForeign(name: string, value: unknown): boolean {
  if (known.has(name) || (value ?? null) === null) return false
  return !(Object.hasOwn(harmless, name) && harmless[name]?.(value) === true)
}
