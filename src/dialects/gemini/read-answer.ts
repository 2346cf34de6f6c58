import type { AnswerFacts } from '../../core/dialect.ts'
import { isFields, listOf, parseJson, type Fields } from '../fields.ts'
import { outputBytesOf } from './output-bytes.ts'
import { UsageTally } from './usage.ts'

/** A whole answer; undefined if it is none. One whose prompt was blocked has no candidates. */
export function parseAnswer(body: Uint8Array): Fields | undefined {
  const answer = parseJson(body)
  if (!isFields(answer)) return undefined
  return Array.isArray(answer['candidates']) || isFields(answer['promptFeedback']) ? answer : undefined
}

/** Reads an unstreamed answer: its usage and how much text it has. Undefined if it is no answer. */
export function readAnswer(body: Uint8Array): AnswerFacts | undefined {
  const answer = parseAnswer(body)
  if (!answer) return undefined
  const tally = new UsageTally()
  tally.note(answer['usageMetadata'])
  const usage = tally.usage(true)
  const candidates = listOf(answer, 'candidates').filter(isFields)
  const outputBytes = candidates.reduce((bytes, candidate) => bytes + outputBytesOf(candidate), 0)
  return { outputBytes, ...(usage && { usage }) }
}
