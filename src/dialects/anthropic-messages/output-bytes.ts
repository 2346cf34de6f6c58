import { fieldsOf, isFields, listOf, utf8Length, type Fields } from '../fields.ts'

/** Bytes of the text that an answer's blocks have: answer, thoughts, and the calls of tools. */
export function outputBytesOf(answer: Fields): number {
  return listOf(answer, 'content').reduce<number>((bytes, block) => bytes + blockBytes(block), 0)
}

function blockBytes(block: unknown): number {
  if (!isFields(block)) return 0
  const input = isFields(block['input']) ? JSON.stringify(block['input']) : ''
  return startBytes(block) + utf8Length(input)
}

/** Of a block that starts; the input of a tool comes in its deltas. */
export function startBytes(block: Fields): number {
  return utf8Length(block['text']) + utf8Length(block['thinking']) + utf8Length(block['name'])
}

/** Of a delta event. */
export function deltaBytes(event: Fields): number {
  const { text, thinking, partial_json } = fieldsOf(event, 'delta')
  return utf8Length(text) + utf8Length(thinking) + utf8Length(partial_json)
}
