import { isFields, listOf, type Fields } from '../fields.ts'
import { invalid } from '../json-request.ts'
import { isCallerRun, isWebSearch } from './tool-types.ts'

/** Fields that would buy or keep something that no price and no owner is known for: refused, unless switched off. */
const unpriced: Readonly<Record<string, (value: unknown) => boolean>> = {
  service_tier: (value) => value !== 'auto' && value !== 'standard_only',
  speed: (value) => value !== 'standard',
  inference_geo: (value) => value !== 'global' && value !== 'not_available',
  container: () => true,
  mcp_servers: (value) => !isEmptyList(value),
  fallbacks: (value) => !isEmptyList(value),
  fallback_credit_token: () => true,
  context_management: (value) => !onlyClears(value),
  compaction: () => true,
  thread: () => true,
  billing_policy: (value) => !isFields(value) || (value['bill_to'] ?? 'self') !== 'self',
  // The id of an answer that the provider keeps, issued to whoever got it.
  diagnostics: (value) => !isFields(value) || (value['previous_message_id'] ?? null) !== null,
}

/** Fields that change model, price, amount, stored state or whom a limit counts. Whoever sends one must send it plainly, and once. */
export const governed: ReadonlySet<string> = new Set([
  'model',
  'max_tokens',
  'stream',
  'messages',
  'system',
  'tools',
  'metadata',
  ...Object.keys(unpriced),
])

export function refuseUnpriced(values: Fields): void {
  for (const [name, buys] of Object.entries(unpriced)) {
    const value = values[name] ?? undefined
    if (value !== undefined && buys(value)) throw invalid(`${name} is not supported with this value.`, name)
  }
  const tools = values['tools'] ?? []
  if (!Array.isArray(tools)) throw invalid('tools must be a list.', 'tools')
  for (const tool of tools as unknown[]) if (!isWebSearch(tool)) refuseProviderRun(tool, 'tools')
}

/** A tool that runs at the provider is billed by use, and may have the model read its whole prompt again. */
export function refuseProviderRun(tool: unknown, param: string): void {
  if (isCallerRun(tool)) return
  throw invalid(
    'Only tools that the caller runs are supported (custom ones, bash, text_editor, memory, computer), and web_search_20250305.',
    param,
  )
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

/** To clear old results or thoughts costs nothing; to compact them is a call of its own. */
function onlyClears(value: unknown): boolean {
  if (!isFields(value)) return false
  const edits = value['edits'] ?? []
  if (!Array.isArray(edits)) return false
  return listOf(value, 'edits').every(
    (edit) => isFields(edit) && typeof edit['type'] === 'string' && edit['type'].startsWith('clear_'),
  )
}
