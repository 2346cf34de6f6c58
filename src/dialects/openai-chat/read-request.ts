import type { IncomingRequest, InputSize, ModelRequest } from '../../core/dialect.ts'
import type { JsonField } from '../../core/json-fields.ts'
import { isFields, type Fields } from '../fields.ts'
import { invalid, readFlag, readJsonRequest, readText, readWhole, type JsonRequest } from '../json-request.ts'
import { readEndUser } from './end-user.ts'
import { noteMedia } from './media.ts'

/** A chat request with where its fields are, so that a few can be edited. */
export interface ChatRequest extends ModelRequest, JsonRequest {
  readonly body: Uint8Array
  readonly size: InputSize
  /** Whether the caller asked for the usage chunk of a stream. */
  readonly wantsUsage: boolean
}

/** Fields that change model, price, amount, stored state or whom a limit counts. Whoever sends one must send it plainly, and once. */
export const governedFields: ReadonlySet<string> = new Set([
  'model',
  'models',
  'messages',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'n',
  'best_of',
  'service_tier',
  'tools',
  'functions',
  'web_search_options',
  'plugins',
  'store',
  'background',
  'conversation',
  'previous_response_id',
  'prediction',
  'prompt_cache_options',
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'metadata',
])

/** Ids that a provider would mix up between orgs if they came up as they are. */
export const tenantFields = ['user', 'safety_identifier', 'prompt_cache_key']

/** Reads and checks a chat request. Throws WeirError, naming the field at fault. */
export function readRequest({ body }: IncomingRequest): ChatRequest {
  const json = readJsonRequest(body, {
    governed: governedFields,
    inputFields: new Set(['messages']),
    note: noteMedia,
  })
  const { values } = json
  refuseUnpriced(values)
  for (const name of tenantFields) readText(values, name)
  const endUser = readEndUser(values)
  const outputCap = readOutputCap(values)
  const answers = readWhole(values, 'n', 128) ?? 1
  return {
    ...json,
    model: readModel(values),
    stream: readFlag(values, 'stream'),
    wantsUsage: readWantsUsage(values),
    ...(outputCap !== undefined && { outputCap }),
    answers,
    extraOutputTokens: predictionBytes(json.fields) * answers,
    ...(endUser !== undefined && { endUser }),
  }
}

function readModel(values: Fields): string {
  const { model } = values
  if (typeof model !== 'string' || model === '') throw invalid('model must be the name of a model.', 'model')
  if (!Array.isArray(values['messages'])) throw invalid('messages must be a list.', 'messages')
  return model
}

function readOutputCap(values: Fields): number | undefined {
  const old = readWhole(values, 'max_tokens', 10_000_000)
  const current = readWhole(values, 'max_completion_tokens', 10_000_000)
  if (old !== undefined && current !== undefined)
    throw invalid('Send max_tokens or max_completion_tokens, not both.', 'max_tokens')
  return current ?? old
}

function readWantsUsage(values: Fields): boolean {
  const options = values['stream_options'] ?? undefined
  if (options === undefined) return false
  if (typeof options !== 'object' || Array.isArray(options))
    throw invalid('stream_options must be an object.', 'stream_options')
  return readFlag(options as Fields, 'include_usage')
}

/** Fields that would buy or keep something that no price and no owner is known for: refused, unless switched off. */
const unpriced: Readonly<Record<string, (value: unknown) => boolean>> = {
  models: () => true,
  best_of: (value) => value !== 1,
  service_tier: (value) => value !== 'auto' && value !== 'default',
  web_search_options: () => true,
  plugins: (value) => !Array.isArray(value) || value.length > 0,
  store: (value) => value !== false,
  background: (value) => value !== false,
  conversation: () => true,
  previous_response_id: () => true,
  // A cache that is kept for longer costs more to write.
  prompt_cache_options: (value) => isFields(value) && (value['ttl'] ?? '30m') !== '30m',
}

const clientTools: ReadonlySet<unknown> = new Set(['function', 'custom'])

function refuseUnpriced(values: Fields): void {
  for (const [name, buys] of Object.entries(unpriced)) {
    const value = values[name] ?? undefined
    if (value !== undefined && buys(value)) throw invalid(`${name} is not supported with this value.`, name)
  }
  const tools = values['tools'] ?? []
  if (!Array.isArray(tools)) throw invalid('tools must be a list.', 'tools')
  for (const tool of tools as unknown[]) {
    const type = typeof tool === 'object' && tool !== null && 'type' in tool ? tool.type : undefined
    if (!clientTools.has(type)) throw invalid('Only tools of type function or custom are supported.', 'tools')
  }
}

/** A prediction that is rejected is billed as output on top: no more tokens than it has bytes. */
function predictionBytes(fields: ReadonlyMap<string, JsonField>): number {
  const field = fields.get('prediction')
  return field ? field.valueEnd - field.valueStart : 0
}
