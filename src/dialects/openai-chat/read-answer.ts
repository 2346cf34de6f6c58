import type { AnswerFacts } from '../../core/dialect.ts'
import { outputBytesOf } from './output-bytes.ts'
import { isFields, parseJson } from '../fields.ts'
import { convertUsage } from './usage.ts'

/** Reads an unstreamed chat answer: its usage and how much text it has. Undefined if it is no chat answer. */
export function readAnswer(body: Uint8Array): AnswerFacts | undefined {
  const answer = parseJson(body)
  if (!isFields(answer) || !Array.isArray(answer['choices'])) return undefined
  const usage = convertUsage(answer['usage'])
  const choices = answer['choices'] as unknown[]
  const outputBytes = choices.reduce<number>(
    (bytes, choice) => bytes + (isFields(choice) ? outputBytesOf(choice['message']) : 0),
    0,
  )
  return { outputBytes, ...(usage && { usage }) }
}
