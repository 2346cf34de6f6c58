import type { AnswerFacts } from '../../core/dialect.ts'
import { isFields, listOf, parseJson, utf8Length, type Fields } from '../fields.ts'
import { convertUsage } from './usage.ts'

/** Reads an unstreamed response: its usage and how much text it has. Undefined if it is no response. */
export function readAnswer(body: Uint8Array): AnswerFacts | undefined {
  const response = parseJson(body)
  if (!isFields(response) || !Array.isArray(response['output'])) return undefined
  const usage = convertUsage(response['usage'])
  const outputBytes = response['output'].reduce<number>((bytes, item) => bytes + itemBytes(item), 0)
  return { outputBytes, ...(usage && { usage }) }
}

/** Bytes of the text that an item has: what was said, thought, and given to tools. */
function itemBytes(item: unknown): number {
  if (!isFields(item)) return 0
  const parts = [...listOf(item, 'content'), ...listOf(item, 'summary')].filter(isFields)
  const spoken = parts.reduce((bytes, part) => bytes + textBytes(part, ['text', 'refusal']), 0)
  return spoken + textBytes(item, ['arguments', 'input'])
}

function textBytes(fields: Fields, names: readonly string[]): number {
  return names.reduce((bytes, name) => bytes + utf8Length(fields[name]), 0)
}
