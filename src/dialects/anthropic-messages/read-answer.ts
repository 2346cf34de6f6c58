import type { AnswerFacts } from '../../core/dialect.ts'
import { isFields, parseJson } from '../fields.ts'
import { outputBytesOf } from './output-bytes.ts'
import { convertUsage, learnUsage } from './usage.ts'

/** Reads an unstreamed message: its usage and how much text it has. Undefined if it is no message. */
export function readAnswer(body: Uint8Array): AnswerFacts | undefined {
  const answer = parseJson(body)
  if (!isFields(answer) || !Array.isArray(answer['content'])) return undefined
  const usage = convertUsage(learnUsage({}, answer['usage']))
  return { outputBytes: outputBytesOf(answer), ...(usage && { usage }) }
}
