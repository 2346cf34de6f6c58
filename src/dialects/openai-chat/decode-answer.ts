import type { Block, ChatAnswer } from '../../core/chat/answer.ts'
import { fieldsOf, isFields, listOf, parseJson, textOf, type Fields } from '../fields.ts'
import { readAnnotations } from './annotations.ts'
import { readHead } from './chunk-head.ts'
import { decodeFinish } from './finish.ts'
import { readLogprobs } from './logprobs.ts'
import { readContent, readImages } from './message-text.ts'
import { readCallSeal, readThoughts } from './reasoning-details.ts'
import { makeCallId, readCall } from './tool-calls.ts'
import { convertUsage } from './usage.ts'

/** Reads an unstreamed chat answer, the first of several. Undefined if it is none. */
export function decodeAnswer(body: Uint8Array): ChatAnswer | undefined {
  const answer = parseJson(body)
  if (!isFields(answer) || !Array.isArray(answer['choices'])) return undefined
  const { id, model } = readHead(answer)
  const usage = convertUsage(answer['usage'])
  return {
    ...(id !== undefined && { id }),
    ...(model !== undefined && { model }),
    ...decodeChoice(answer['choices'], id),
    ...(usage && { usage }),
  }
}

/** An answer without a choice says nothing that one could use. */
function decodeChoice(
  choices: readonly unknown[],
  id: string | undefined,
): Pick<ChatAnswer, 'blocks' | 'finish'> {
  const answers = choices.filter(isFields)
  const choice = answers.find(({ index }) => index === 0) ?? answers[0]
  if (!choice) return { blocks: [], finish: 'error' }
  const calls = callBlocks(fieldsOf(choice, 'message'), id)
  return {
    blocks: [...spokenBlocks(choice), ...calls],
    finish: decodeFinish(choice['finish_reason'], calls.length > 0),
  }
}

function spokenBlocks(choice: Fields): Block[] {
  const message = fieldsOf(choice, 'message')
  const { text, thought } = readContent(message['content'])
  const thoughts = readThoughts(message).map(({ text, seal }) => ({
    type: 'reasoning' as const,
    text,
    ...(seal && { seal }),
  }))
  return [
    ...(thoughts.length === 0 && thought !== '' ? [{ type: 'reasoning' as const, text: thought }] : thoughts),
    ...textBlock(choice, message, text),
    ...refusalBlock(choice, textOf(message, 'refusal') ?? ''),
    ...readImages(message),
  ]
}

function textBlock(choice: Fields, message: Fields, text: string): Block[] {
  const logprobs = readLogprobs(choice, 'content')
  const citations = readAnnotations(message)
  if (text === '') return []
  const extras = { ...(citations.length > 0 && { citations }), ...(logprobs && { logprobs }) }
  return [{ type: 'text', text, ...extras }]
}

function refusalBlock(choice: Fields, text: string): Block[] {
  const logprobs = readLogprobs(choice, 'refusal')
  return text === '' ? [] : [{ type: 'refusal', text, ...(logprobs && { logprobs }) }]
}

function callBlocks(message: Fields, answerId: string | undefined): Block[] {
  const old = message['function_call']
  const calls = [...listOf(message, 'tool_calls'), ...(isFields(old) ? [{ function: old }] : [])]
  return calls.filter(isFields).map((call, position) => {
    const { id, name = '', kind, arguments: input } = readCall(call)
    const seal = readCallSeal(call)
    return {
      type: 'tool_call',
      id: id ?? makeCallId(answerId, position),
      name,
      kind,
      arguments: input,
      ...(seal && { seal }),
    }
  })
}
