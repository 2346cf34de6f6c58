import { isFields, type Fields } from '../fields.ts'
import { nameable } from './strictly.ts'

/** What is read of each kind of block, besides what every block may have. */
const known: Readonly<Record<string, readonly string[]>> = {
  text: ['text', 'citations'],
  image: ['source'],
  document: ['source', 'title', 'context', 'citations'],
  search_result: ['source', 'title', 'content', 'citations'],
  tool_use: ['id', 'name', 'input'],
  tool_result: ['tool_use_id', 'content', 'is_error'],
  tool_reference: ['tool_name'],
  thinking: ['thinking', 'signature'],
  redacted_thinking: ['data'],
  compaction: ['content'],
}

const common: readonly string[] = ['type', 'cache_control']

/** Puts down the fields of a block that no other dialect can carry. */
export function noteUnknown(block: Fields, type: string, foreign: Set<string>): void {
  const own = Object.hasOwn(known, type) ? known[type] : undefined
  if (!own) return
  for (const [name, value] of Object.entries(block))
    if (!common.includes(name) && !own.includes(name) && !saysNothing(name, value))
      foreign.add(nameable(name, 'content'))
}

/** That the model itself called a tool is so everywhere. */
function saysNothing(name: string, value: unknown): boolean {
  return value === null || (name === 'caller' && isFields(value) && value['type'] === 'direct')
}
