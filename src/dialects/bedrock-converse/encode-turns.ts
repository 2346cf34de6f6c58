import type { ChatCall, Part, TextPart, Turn } from '../../core/chat/call.ts'
import { isCachePoint } from './cache-points.ts'
import type { Block, Encoding } from './encoding.ts'
import { cachePoints, isBlank, partBlocks } from './encode-parts.ts'
import { untranslatable } from './media.ts'

/** A message while turns of the same role are put together in it. */
interface Message {
  readonly role: 'user' | 'assistant'
  /** Results of tools come before all else. */
  readonly results: Block[]
  readonly content: Block[]
}

/** A message as it goes up. */
interface WireMessage {
  readonly role: Message['role']
  readonly content: readonly Block[]
}

/** What the user says where the assistant speaks first: Bedrock takes no such conversation, and no text that is blank. */
const opening: WireMessage = { role: 'user', content: [{ text: '.' }] }

/** The system prompt. Bedrock has one, in front of the conversation. */
export function systemBlocks({ system, turns }: ChatCall, encoding: Encoding): Block[] {
  const later = turns.filter(({ role }) => role === 'system').flatMap(({ parts }) => parts)
  if (later.length > 0) encoding.dropped.add('system_position')
  return tidy([...system, ...later.filter(isText)].flatMap((part) => systemText(part, encoding)))
}

function isText(part: Part): part is TextPart {
  return part.type === 'text'
}

function systemText({ text, cache }: TextPart, encoding: Encoding): Block[] {
  return [...(isBlank(text) ? [] : [{ text }]), ...cachePoints(cache, encoding)]
}

/** The conversation: user and assistant take turns, and the user begins. Throws WeirError `cannot_translate` where nothing is said. */
export function messages(turns: readonly Turn[], encoding: Encoding): WireMessage[] {
  const merged: Message[] = []
  for (const turn of turns) if (turn.role !== 'system') addTurn(merged, turn, encoding)
  const written = merged.map(({ role, results, content }) => ({
    role,
    content: besideDocuments(tidy([...results, ...content])),
  }))
  const [first] = written
  if (!first) throw untranslatable('This provider needs a conversation that begins with what the user says.')
  return withoutTrailingSpace(first.role === 'user' ? written : [opening, ...written])
}

function addTurn(merged: Message[], { role, parts, name }: Turn, encoding: Encoding): void {
  if (name !== undefined) encoding.dropped.add('name')
  const isAssistant = role === 'assistant'
  const message: Message = { role: isAssistant ? 'assistant' : 'user', results: [], content: [] }
  for (const part of parts) {
    if (isAssistant && isMedia(part))
      throw untranslatable(`This provider takes no ${part.type} in what the assistant said.`)
    const blocks = partBlocks(part, encoding)
    if (part.type === 'tool_result') message.results.push(...blocks)
    else message.content.push(...blocks)
  }
  const last = merged.at(-1)
  if (last?.role === message.role) {
    last.results.push(...message.results)
    last.content.push(...message.content)
  } else if (tidy([...message.results, ...message.content]).length > 0) merged.push(message)
}

function isMedia({ type }: Part): boolean {
  return type === 'image' || type === 'document' || type === 'audio' || type === 'video'
}

/** A cache point needs something in front of it that is none. */
function tidy(blocks: readonly Block[]): Block[] {
  return blocks.filter((block, at) => !isCachePoint(block) || (at > 0 && !isCachePoint(blocks[at - 1] ?? {})))
}

/** Bedrock takes documents only with some text in the same message. */
function besideDocuments(blocks: readonly Block[]): readonly Block[] {
  if (blocks.some((block) => 'text' in block)) return blocks
  const names = blocks.flatMap(({ document }) => (document ? [(document as { name: string }).name] : []))
  return names.length > 0 ? [...blocks, { text: `Attached: ${names.join(', ')}` }] : blocks
}

/** What the assistant is to go on from must not end in a space. */
function withoutTrailingSpace(written: readonly WireMessage[]): WireMessage[] {
  const last = written.at(-1)
  if (last?.role !== 'assistant') return [...written]
  const end = last.content.findLastIndex((block) => !isCachePoint(block))
  const content = last.content.map((block, at) =>
    at === end && typeof block['text'] === 'string' ? { text: block['text'].trimEnd() } : block,
  )
  return [...written.slice(0, -1), { ...last, content }]
}
