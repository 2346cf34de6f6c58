import { WeirError } from '../../core/errors.ts'
import { isFields, textOf, type Fields } from '../fields.ts'
import { invalid } from '../json-request.ts'
import { checkTools } from './client-tools.ts'

/** What an input may hold: what was said, what tools did that the caller runs, and what the model thought. */
const knownItems: ReadonlySet<string> = new Set([
  'message',
  'item_reference',
  'reasoning',
  'compaction',
  'function_call',
  'function_call_output',
  'custom_tool_call',
  'custom_tool_call_output',
  'apply_patch_call',
  'apply_patch_call_output',
  'local_shell_call',
  'local_shell_call_output',
  'shell_call',
  'shell_call_output',
  'tool_search_call',
  'tool_search_output',
  'additional_tools',
  'configuration_update',
  // Only what is left of a search that another gateway paid for.
  'web_search_call',
  'image_generation_call',
])

/** The type of an item: messages and references may leave it out. */
export function itemType(item: Fields): string | undefined {
  const type = item['type'] ?? undefined
  if (typeof type === 'string') return type
  if (type !== undefined) return undefined
  if (item['role'] !== undefined) return 'message'
  return typeof item['id'] === 'string' ? 'item_reference' : undefined
}

/** Refuses items that buy something, or stand for something that a provider keeps. */
export function checkItems(input: readonly unknown[]): asserts input is readonly Fields[] {
  for (const item of input) {
    const type = isFields(item) ? itemType(item) : undefined
    if (!isFields(item) || type === undefined) throw invalid('input holds what is no item.', 'input')
    if (!knownItems.has(type))
      throw invalid(`Items of type ${type.slice(0, 40)} are not supported in input.`, 'input')
    // Tools come in through these as well.
    if (type === 'additional_tools' || type === 'tool_search_output') checkTools(item['tools'], 'input')
    // Without its bytes it stands for an image that a provider keeps.
    if (type === 'image_generation_call' && textOf(item, 'result') === undefined)
      throw new WeirError('not_found', 'No such image was issued to this org.', { param: 'input' })
  }
}

/** The ids of the kept items that an input refers to. */
export function referencesIn(input: readonly Fields[]): readonly string[] {
  return input.filter((item) => itemType(item) === 'item_reference').map(referenceOf)
}

export function referenceOf(item: Fields): string {
  const id = textOf(item, 'id')
  if (id === undefined) throw invalid('A reference to an item must have its id.', 'input')
  return id
}
