import { fieldsOf, isFields, listOf, utf8Length, type Fields } from '../fields.ts'

/** Bytes of the text that a candidate, or a piece of one, generates: answer, thoughts, code, and the calls of functions. */
export function outputBytesOf(candidate: Fields): number {
  const parts = listOf(fieldsOf(candidate, 'content'), 'parts').filter(isFields)
  return parts.reduce((bytes, part) => bytes + partBytes(part), 0)
}

function partBytes(part: Fields): number {
  const { name, args } = fieldsOf(part, 'functionCall')
  const argumentBytes = isFields(args) ? utf8Length(JSON.stringify(args)) : 0
  const { code } = fieldsOf(part, 'executableCode')
  return utf8Length(part['text']) + utf8Length(name) + argumentBytes + utf8Length(code)
}
