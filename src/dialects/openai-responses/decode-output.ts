import type { Block, BlockStart, Finish } from '../../core/chat/answer.ts'
import { fieldsOf, isFields, keyOf, listOf, textOf, type Fields } from '../fields.ts'
import { decodeCitations } from './annotations.ts'
import { decodeLogprobs } from './logprobs.ts'
import { decodeReasoning } from './reasoning.ts'

type CallStart = Extract<BlockStart, { type: 'tool_call' }>

/** The blocks of an item of an answer, in order. Items of no known type have none. */
export function blocksOf(item: Fields): Block[] {
  const type = textOf(item, 'type') ?? ''
  if (type === 'message') return listOf(item, 'content').flatMap((part) => blockOfPart(part) ?? [])
  if (type === 'reasoning') return [decodeReasoning(item) ?? []].flat()
  if (type === 'image_generation_call') return imageOf(item)
  const call = callStart(item)
  return call ? [{ ...call, arguments: callText(item) }] : []
}

/** The text or refusal of a part of a message. */
export function blockOfPart(part: unknown): Block | undefined {
  if (!isFields(part)) return undefined
  if (part['type'] === 'refusal') return { type: 'refusal', text: textOf(part, 'refusal') ?? '' }
  if (part['type'] !== 'output_text') return undefined
  const citations = decodeCitations(part['annotations'])
  const logprobs = decodeLogprobs(part['logprobs'])
  return {
    type: 'text',
    text: textOf(part, 'text') ?? '',
    ...(citations.length > 0 && { citations }),
    ...(logprobs && { logprobs }),
  }
}

/** How a call of a tool begins; undefined if the item is none. */
export function callStart(item: Fields): CallStart | undefined {
  const kind = kinds[keyOf(item, 'type')]
  const [id, name] = [textOf(item, 'call_id') ?? textOf(item, 'id'), textOf(item, 'name')]
  if (!kind || id === undefined || name === undefined) return undefined
  return { type: 'tool_call', id, name, kind }
}

const kinds: Readonly<Record<string, CallStart['kind']>> = {
  function_call: 'function',
  custom_tool_call: 'custom',
}

/** What a tool is called with. */
function callText(item: Fields): string {
  return textOf(item, 'arguments') ?? textOf(item, 'input') ?? ''
}

function imageOf(item: Fields): Block[] {
  const data = textOf(item, 'result')
  const mediaType = `image/${textOf(item, 'output_format') ?? 'png'}`
  return data === undefined ? [] : [{ type: 'image', mediaType, data }]
}

/** Why a response ended. One that is complete with calls of tools waits for their results. */
export function finishOf(response: Fields, hasCalls: boolean): Finish {
  if (response['status'] === 'incomplete') {
    const { reason } = fieldsOf(response, 'incomplete_details')
    return reason === 'content_filter' ? 'content_filter' : 'length'
  }
  return hasCalls ? 'tool_calls' : 'stop'
}
