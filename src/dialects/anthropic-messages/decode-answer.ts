import type { Block, ChatAnswer, Finish } from '../../core/chat/answer.ts'
import { isFields, listOf, parseJson, textOf, type Fields } from '../fields.ts'
import { readCitations } from './citations.ts'
import { readRedacted, readSignature } from './seals.ts'
import { readFinish } from './stop-reason.ts'
import { answerTool } from './tool-input.ts'
import { convertUsage, learnUsage } from './usage.ts'

/** Reads an unstreamed message; undefined if it is none. */
export function decodeAnswer(body: Uint8Array): ChatAnswer | undefined {
  const answer = parseJson(body)
  if (!isFields(answer) || !Array.isArray(answer['content'])) return undefined
  const blocks = listOf(answer, 'content').flatMap((block) => readBlock(block) ?? [])
  const id = textOf(answer, 'id')
  const model = textOf(answer, 'model')
  const stopSequence = textOf(answer, 'stop_sequence')
  const usage = convertUsage(learnUsage({}, answer['usage']))
  const callsTools = blocks.some(({ type }) => type === 'tool_call')
  return {
    ...(id !== undefined && { id }),
    ...(model !== undefined && { model }),
    blocks,
    finish: finishWith(readFinish(answer['stop_reason']), callsTools),
    ...(stopSequence !== undefined && { stopSequence }),
    ...(usage && { usage }),
  }
}

/** An answer that came as the call of a tool is no call to the caller. */
export function finishWith(finish: Finish, callsTools: boolean): Finish {
  return finish === 'tool_calls' && !callsTools ? 'stop' : finish
}

const readers: ReadonlyMap<unknown, (block: Fields) => Block | undefined> = new Map([
  ['text', readText],
  ['thinking', readThinking],
  ['redacted_thinking', readRedactedThinking],
  ['tool_use', readToolUse],
])

function readBlock(block: unknown): Block | undefined {
  return isFields(block) ? readers.get(block['type'])?.(block) : undefined
}

function readText(block: Fields): Block | undefined {
  const text = textOf(block, 'text')
  if (text === undefined) return undefined
  const citations = readCitations(block['citations'])
  return { type: 'text', text, ...(citations.length > 0 && { citations }) }
}

function readThinking(block: Fields): Block | undefined {
  const seal = readSignature(block['signature'])
  return { type: 'reasoning', text: textOf(block, 'thinking') ?? '', ...(seal && { seal }) }
}

function readRedactedThinking(block: Fields): Block | undefined {
  const data = textOf(block, 'data')
  return data === undefined ? undefined : { type: 'reasoning', text: '', seal: readRedacted(data) }
}

function readToolUse(block: Fields): Block | undefined {
  const id = textOf(block, 'id')
  const name = textOf(block, 'name')
  if (id === undefined || name === undefined) return undefined
  const json = JSON.stringify(block['input'] ?? {})
  if (name === answerTool) return { type: 'text', text: json }
  return { type: 'tool_call', id, name, arguments: json, kind: 'function' }
}
