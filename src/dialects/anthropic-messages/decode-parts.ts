import type { MediaPart, Part, TextPart } from '../../core/chat/call.ts'
import { WeirError } from '../../core/errors.ts'
import type { Fields } from '../fields.ts'
import { noteUnknown } from './block-fields.ts'
import { decodeDocument, decodeImage, decodeSearchResult } from './decode-media.ts'
import { cacheOf, decodeText, type Reading } from './decode-text.ts'
import { readRedacted, readSignature } from './seals.ts'
import { listAt, nameable, objectAt, optionalFlag, optionalText, textAt } from './strictly.ts'

/** Reads the content of a message: a text, or blocks. */
export function decodeContent(content: unknown, { at, foreign }: Reading): Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  return listAt(content, at).flatMap((block, index) => {
    const place = `${at}.${index}`
    return decodeBlock(objectAt(block, place), { at: place, foreign })
  })
}

type Decoder = (block: Fields, reading: Reading) => Part[]

const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['text', (block, reading) => [decodeText(block, reading)]],
  ['image', (block, reading) => [decodeImage(block, reading)]],
  ['document', (block, reading) => decodeDocument(block, reading)],
  ['search_result', (block, reading) => [decodeSearchResult(block, reading)]],
  ['tool_use', decodeToolUse],
  ['tool_result', decodeToolResult],
  ['tool_reference', decodeReference],
  ['thinking', decodeThinking],
  ['redacted_thinking', (block, { at }) => [redacted(textAt(block['data'], `${at}.data`))]],
  ['compaction', decodeCompaction],
  ['tool_addition', refuseToolChange],
  ['tool_removal', refuseToolChange],
])

function decodeBlock(block: Fields, reading: Reading): Part[] {
  const type = textAt(block['type'], `${reading.at}.type`)
  const decode = decoders.get(type)
  if (decode) {
    noteUnknown(block, type, reading.foreign)
    return decode(block, reading)
  }
  // What ran at a provider, in an earlier turn: nobody else can read it.
  reading.foreign.add(nameable(type, 'content'))
  return []
}

function decodeToolUse(block: Fields, { at }: Reading): Part[] {
  const input = objectAt(block['input'] ?? {}, `${at}.input`)
  return [
    {
      type: 'tool_call',
      id: textAt(block['id'], `${at}.id`),
      name: textAt(block['name'], `${at}.name`),
      arguments: JSON.stringify(input),
      kind: 'function',
      ...cacheOf(block, at),
    },
  ]
}

function decodeToolResult(block: Fields, { at, foreign }: Reading): Part[] {
  const parts = decodeContent(block['content'], { at: `${at}.content`, foreign })
  const content = parts.filter(
    (part): part is TextPart | MediaPart => 'source' in part || part.type === 'text',
  )
  return [
    {
      type: 'tool_result',
      callId: textAt(block['tool_use_id'], `${at}.tool_use_id`),
      content,
      isError: optionalFlag(block['is_error'], `${at}.is_error`) ?? false,
      kind: 'function',
      ...cacheOf(block, at),
    },
  ]
}

/** A tool that was found: where all tools are known from the start, its name is all that there is to say. */
function decodeReference(block: Fields, { at, foreign }: Reading): Part[] {
  foreign.add('tool_reference')
  return [{ type: 'text', text: textAt(block['tool_name'], `${at}.tool_name`) }]
}

function decodeThinking(block: Fields, { at }: Reading): Part[] {
  const text = textAt(block['thinking'], `${at}.thinking`)
  const seal = readSignature(block['signature'])
  return text === '' && !seal ? [] : [{ type: 'reasoning', text, ...(seal && { seal }) }]
}

function redacted(data: string): Part {
  return { type: 'reasoning', text: '', seal: readRedacted(data) }
}

/** What the conversation before came down to. */
function decodeCompaction(block: Fields, { at, foreign }: Reading): Part[] {
  const text = optionalText(block['content'], `${at}.content`)
  if (text === undefined) foreign.add('compaction')
  return text === undefined ? [] : [{ type: 'text', text, ...cacheOf(block, at) }]
}

function refuseToolChange(_: Fields, { at }: Reading): never {
  throw new WeirError(
    'cannot_translate',
    'Tools cannot be added or removed in mid-conversation at this provider: name them all in tools.',
    { param: `${at}.type` },
  )
}
