import type { AnswerFacts } from '../../core/dialect.ts'
import { outputBytesOf } from './output-bytes.ts'
import { isFields } from '../fields.ts'
import { convertUsage } from './usage.ts'

const decoder = new TextDecoder()

/** Reads an unstreamed chat answer: its usage and how much text it has. Undefined if it is no chat answer. */
export function readAnswer(body: Uint8Array): AnswerFacts | undefined {
  const answer = parse(body)
  if (!isFields(answer) || !Array.isArray(answer['choices'])) return undefined
  const usage = convertUsage(answer['usage'])
  const choices = answer['choices'] as unknown[]
  const outputBytes = choices.reduce<number>(
    (bytes, choice) => bytes + (isFields(choice) ? outputBytesOf(choice['message']) : 0),
    0,
  )
  return { outputBytes, ...(usage && { usage }) }
}

/** The code of an error in OpenAI's envelope, or of one without an envelope. */
export function readErrorCode(body: Uint8Array): string | undefined {
  return errorCodeOf(parse(body))
}

export function errorCodeOf(answer: unknown): string | undefined {
  if (!isFields(answer)) return undefined
  const error = isFields(answer['error']) ? answer['error'] : answer
  return typeof error['code'] === 'string' ? error['code'] : undefined
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(body))
  } catch {
    return undefined
  }
}
