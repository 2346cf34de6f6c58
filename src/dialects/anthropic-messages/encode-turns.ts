import type { ContentBlockParam, MessageParam, TextBlockParam } from '@anthropic-ai/sdk/resources/messages'
import type { Part, Turn } from '../../core/chat/call.ts'
import { encodeContent } from './encode-media.ts'
import { encodeAssistant, encodeUser } from './encode-parts.ts'
import type { Encoding } from './encoding.ts'

/** A message whose content is blocks. */
interface Message {
  readonly role: MessageParam['role']
  readonly content: ContentBlockParam[]
}

/** The messages, and the instructions in front of them all. */
interface EncodedTurns {
  readonly system: readonly TextBlockParam[]
  readonly messages: readonly Message[]
}

/** Turns that make one message, with the instructions that came in it or after it. */
interface Run {
  readonly role: 'user' | 'assistant'
  readonly parts: Part[]
  readonly instructions: Part[]
}

export function encodeTurns(encoding: Encoding): EncodedTurns {
  const { system, turns } = encoding.call
  encoding.drop(
    'name',
    turns.some(({ name }) => name !== undefined),
  )
  const { first, runs } = gather(turns)
  const blocks = textBlocks([...system, ...first], encoding)
  const { messages, late } = encodeRuns(runs, encoding)
  return beginWithUser({
    system: [...blocks, ...textBlocks(late, encoding)],
    messages: trimPrefill(messages),
  })
}

function gather(turns: readonly Turn[]): { readonly first: Part[]; readonly runs: Run[] } {
  const first: Part[] = []
  const runs: Run[] = []
  for (const { role, parts } of turns) {
    const last = runs.at(-1)
    if (role === 'system') (last?.instructions ?? first).push(...parts)
    else if (last?.role === role) last.parts.push(...parts)
    else runs.push({ role, parts: [...parts], instructions: [] })
  }
  return { first, runs }
}

/**
 * An instruction in mid-conversation has to stand after a user's message and before an assistant's or the end.
 * @returns also those for which there is no such place: they go to the system prompt
 */
function encodeRuns(runs: readonly Run[], encoding: Encoding): { messages: Message[]; late: Part[] } {
  const messages: Message[] = []
  const late: Part[] = []
  let pending: Part[] = []
  const place = () => {
    const content = messages.at(-1)?.role === 'user' ? textBlocks(pending, encoding) : []
    if (content.length === 0) return
    messages.push({ role: 'system', content })
    pending = []
  }
  for (const { role, parts, instructions } of runs) {
    const content = role === 'user' ? encodeUser(parts, encoding) : encodeAssistant(parts, encoding)
    if (role === 'assistant' && content.length > 0) place()
    if (content.length > 0) messages.push({ role, content })
    if (encoding.traits.systemTurns) pending.push(...instructions)
    else late.push(...instructions)
  }
  place()
  return { messages, late: [...late, ...pending] }
}

function textBlocks(parts: readonly Part[], encoding: Encoding): TextBlockParam[] {
  return parts.flatMap((part) => {
    const block = part.type === 'text' ? encodeContent(part, encoding) : undefined
    return block?.type === 'text' ? [block] : []
  })
}

/** What the assistant is to go on from may not end in spaces. */
function trimPrefill(messages: readonly Message[]): readonly Message[] {
  const last = messages.at(-1)
  const block = last?.content.at(-1)
  if (last?.role !== 'assistant' || block?.type !== 'text') return messages
  const trimmed = { ...block, text: block.text.trimEnd() }
  return [...messages.slice(0, -1), { ...last, content: [...last.content.slice(0, -1), trimmed] }]
}

/** What the user says where the assistant speaks first: no provider takes such a conversation, or a text that is blank. */
const opening: Message = { role: 'user', content: [{ type: 'text', text: '.' }] }

/** There has to be a message, and the user begins: a prompt that is only instructions is one for the user to say. */
function beginWithUser({ system, messages }: EncodedTurns): EncodedTurns {
  if (messages[0]?.role === 'assistant') return { system, messages: [opening, ...messages] }
  if (messages.length > 0 || system.length === 0) return { system, messages }
  return { system: [], messages: [{ role: 'user', content: [...system] }] }
}
