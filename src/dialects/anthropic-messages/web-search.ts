import type { Splice } from '../../core/json-fields.ts'
import { listOf, type Fields } from '../fields.ts'
import { mendField, mendList } from '../json-edits.ts'
import { invalid, readWhole } from '../json-request.ts'
import type { MessagesRequest } from './read-request.ts'
import { isWebSearch } from './tool-types.ts'

/** So often at most, where the caller does not say: what is held must cover them all. */
const usualSearches = 5
const mostSearches = 20

/** How often the provider may search the web, at most; undefined where it may not. Throws WeirError, naming the field at fault. */
export function searchesOf(values: Fields): number | undefined {
  const [search, ...others] = listOf(values, 'tools').filter(isWebSearch)
  if (!search) return undefined
  if (others.length > 0) throw invalid('tools may have one search of the web.', 'tools')
  if (!isDirect(search['allowed_callers'])) throw invalid('allowed_callers must be ["direct"].', 'tools')
  return readWhole(search, 'max_uses', mostSearches) ?? usualSearches
}

/** Others would run code at the provider, which has no price here. */
function isDirect(callers: unknown): boolean {
  const isList = Array.isArray(callers) && callers.every((caller) => caller === 'direct')
  return (callers ?? null) === null || isList
}

/** Tells the provider the bound that is held for, where the caller told none. */
export function boundSearches(request: MessagesRequest): Splice[] {
  return mendField(request, 'tools', (tools) =>
    mendList(tools, (tool) => [isUnbound(tool) ? { ...tool, max_uses: usualSearches } : tool]),
  )
}

function isUnbound(tool: unknown): tool is Fields {
  return isWebSearch(tool) && (tool['max_uses'] ?? null) === null
}
