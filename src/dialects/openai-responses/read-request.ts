import type { IncomingRequest, InputSize, ModelRequest } from '../../core/dialect.ts'
import { isFields, type Fields } from '../fields.ts'
import { invalid, readFlag, readJsonRequest, readText, readWhole, type JsonRequest } from '../json-request.ts'
import { readEndUser } from '../openai-chat/end-user.ts'
import { checkTools } from './client-tools.ts'
import { checkItems, referencesIn } from './input-items.ts'
import { noteMedia } from './media.ts'

/** A request for a response with where its fields are, so that a few can be edited. */
export interface ResponsesRequest extends ModelRequest, JsonRequest {
  readonly body: Uint8Array
  readonly size: InputSize
  /** Whether the caller may ask for the response again, or go on from it: the gateway keeps it, no provider does. */
  readonly wantsStored: boolean
  /** The response to go on from. Its items must be put in (`withHistory`) before the request goes anywhere. */
  readonly previousResponseId?: string
  /** Ids of kept items that stand in the input in place of the items. They must be put in (`withItems`), too. */
  readonly itemReferences: readonly string[]
  /** The response that it went on from: only told back. */
  readonly continues?: string
}

/** Fields that change model, price, amount, stored state or whom a limit counts. Whoever sends one must send it plainly, and once. */
export const governedFields: ReadonlySet<string> = new Set([
  'model',
  'models',
  'input',
  'stream',
  'max_output_tokens',
  'max_tokens',
  'max_completion_tokens',
  'n',
  'service_tier',
  'tools',
  'plugins',
  'web_search_options',
  'include',
  'store',
  'background',
  'conversation',
  'previous_response_id',
  'prompt',
  'context_management',
  'access_programs',
  'reasoning',
  'prompt_cache_options',
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'metadata',
])

/** Ids that a provider would mix up between orgs if they came up as they are. */
export const tenantFields = ['user', 'safety_identifier', 'prompt_cache_key']

/** Reads and checks a request for a response. Throws WeirError, naming the field at fault. */
export function readRequest({ body }: IncomingRequest): ResponsesRequest {
  const json = readJsonRequest(body, {
    governed: governedFields,
    inputFields: new Set(['input']),
    note: noteMedia,
  })
  const { values } = json
  refuseUnpriced(values)
  checkTools(values['tools'], 'tools')
  for (const name of tenantFields) readText(values, name)
  const endUser = readEndUser(values)
  const outputCap = readWhole(values, 'max_output_tokens', 10_000_000)
  const previousResponseId = readText(values, 'previous_response_id')
  return {
    ...json,
    model: readModel(values),
    stream: readFlag(values, 'stream'),
    wantsStored: (values['store'] ?? null) === null || readFlag(values, 'store'),
    itemReferences: readInput(values),
    ...(previousResponseId !== undefined && { previousResponseId }),
    ...(outputCap !== undefined && { outputCap }),
    answers: 1,
    extraOutputTokens: 0,
    ...(endUser !== undefined && { endUser }),
  }
}

function readModel(values: Fields): string {
  const { model } = values
  if (typeof model !== 'string' || model === '') throw invalid('model must be the name of a model.', 'model')
  return model
}

/** The references in the input. It may be absent only where there is a response to go on from. */
function readInput(values: Fields): readonly string[] {
  const input = values['input'] ?? undefined
  const include = values['include'] ?? []
  if (!Array.isArray(include)) throw invalid('include must be a list.', 'include')
  if (input === undefined && typeof values['previous_response_id'] === 'string') return []
  if (typeof input === 'string') return []
  if (!Array.isArray(input)) throw invalid('input must be a string or a list of items.', 'input')
  checkItems(input)
  return referencesIn(input)
}

interface Unpriced {
  readonly buys: (value: unknown) => boolean
  readonly instead?: string
}

const always = () => true

/** Fields that would buy or keep something that no price and no owner is known for: refused, unless switched off. */
const unpriced: Readonly<Record<string, Unpriced>> = {
  models: { buys: always },
  plugins: { buys: (value) => !Array.isArray(value) || value.length > 0 },
  web_search_options: { buys: always },
  n: { buys: (value) => value !== 1 },
  max_tokens: { buys: always, instead: 'Send max_output_tokens.' },
  max_completion_tokens: { buys: always, instead: 'Send max_output_tokens.' },
  service_tier: { buys: (value) => value !== 'auto' && value !== 'default' },
  background: { buys: (value) => value !== false, instead: 'Send the request without it, and stream.' },
  conversation: { buys: always, instead: 'Send previous_response_id, or the items themselves.' },
  prompt: { buys: always, instead: 'Send the text of the template in instructions and input.' },
  context_management: { buys: (value) => !Array.isArray(value) || value.length > 0 },
  // They open what the operator was vetted for.
  access_programs: { buys: always },
  // Modes beyond the standard one think several times over, beyond any cap that is known.
  reasoning: { buys: (value) => !isFields(value) || (value['mode'] ?? 'standard') !== 'standard' },
  // A cache that is kept for longer costs more to write; a response to compare with may be another org's.
  prompt_cache_options: {
    buys: (value) =>
      !isFields(value) ||
      (value['ttl'] ?? '30m') !== '30m' ||
      (value['comparison_response_id'] ?? null) !== null,
  },
}

function refuseUnpriced(values: Fields): void {
  for (const [name, { buys, instead = '' }] of Object.entries(unpriced)) {
    const value = values[name] ?? undefined
    if (value !== undefined && buys(value))
      throw invalid(`${name} is not supported with this value. ${instead}`.trimEnd(), name)
  }
}
