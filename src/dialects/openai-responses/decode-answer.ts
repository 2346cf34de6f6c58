import type { ChatAnswer } from '../../core/chat/answer.ts'
import { isFields, parseJson, textOf } from '../fields.ts'
import { giveSealsToCalls } from './call-seals.ts'
import { blocksOf, finishOf } from './decode-output.ts'
import { said } from '../said.ts'
import { convertUsage } from './usage.ts'

/** What no answer will come from any more, or not yet. */
const unanswered: ReadonlySet<unknown> = new Set(['failed', 'cancelled', 'queued', 'in_progress'])

/** Reads an unstreamed response; undefined if it is none, or has failed. */
export function decodeAnswer(body: Uint8Array): ChatAnswer | undefined {
  const response = parseJson(body)
  if (!isFields(response) || !Array.isArray(response['output'])) return undefined
  if (unanswered.has(response['status'])) return undefined
  const blocks = giveSealsToCalls(response['output'].filter(isFields).flatMap(blocksOf))
  const finish = finishOf(
    response,
    blocks.some((block) => block.type === 'tool_call'),
  )
  const [id, model] = [textOf(response, 'id'), textOf(response, 'model')]
  return { blocks, finish, ...said({ id, model, usage: convertUsage(response['usage']) }) }
}
