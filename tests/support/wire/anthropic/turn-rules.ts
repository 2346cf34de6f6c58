import type { Memory } from '../memory.ts'
import { firstWrong, type Rule } from '../refusal.ts'
import { abilitiesOf } from './models.ts'
import type { BlockParam, CountRequest } from './request.ts'
import { blocksOfType, isThought, turnsOf, type Turn } from './turns.ts'

/** What a request's conversation must be like. */

function beginsWithUser({ messages }: CountRequest): string | undefined {
  const [first] = messages
  if (!first) return 'messages: at least one message is required'
  return first.role === 'user' ? undefined : 'messages: first message must use the "user" role'
}

function hasContent({ messages }: CountRequest): string | undefined {
  return firstWrong(messages, ({ role, content }, at) => {
    const mayBeEmpty = role === 'assistant' && at === messages.length - 1
    if (content.length > 0 || mayBeEmpty) return undefined
    return `messages.${at}: ${role} messages must have non-empty content`
  })
}

function isBlank(block: BlockParam): boolean {
  return block.type === 'text' && block.text.trim() === ''
}

function hasNoBlankText({ messages, system }: CountRequest): string | undefined {
  if (Array.isArray(system) && system.some(isBlank)) return 'system: text content blocks must be non-empty'
  const isWrong = ({ content }: CountRequest['messages'][number]) =>
    typeof content === 'string' ? content.length > 0 && content.trim() === '' : content.some(isBlank)
  return messages.some(isWrong) ? 'messages: text content blocks must be non-empty' : undefined
}

/** Where each kind of block may stand. */
const rolesOf: Partial<Record<BlockParam['type'], Turn['role']>> = {
  thinking: 'assistant',
  redacted_thinking: 'assistant',
  tool_use: 'assistant',
  server_tool_use: 'assistant',
  tool_result: 'user',
  image: 'user',
  search_result: 'user',
}

function blocksFitRoles({ messages }: CountRequest): string | undefined {
  return firstWrong(messages, ({ role, content }, at) => {
    if (typeof content === 'string') return undefined
    return firstWrong(content, ({ type }, place) => {
      const only = role === 'system' ? 'text' : type
      if (type === only && (rolesOf[type] ?? role) === role) return undefined
      return `messages.${at}.content.${place}: \`${type}\` blocks are not allowed in ${role} messages`
    })
  })
}

function toolIdsAreUnique(request: CountRequest): string | undefined {
  const ids = turnsOf(request).flatMap((turn) => blocksOfType(turn, 'tool_use').map(({ id }) => id))
  return new Set(ids).size === ids.length ? undefined : 'messages: `tool_use` ids must be unique'
}

/** Results stand in front of anything else in the very next turn. */
function callsAreAnswered(request: CountRequest): string | undefined {
  const turns = turnsOf(request)
  return firstWrong(turns, (turn, index) => {
    const next = turns[index + 1]
    const leading = next?.blocks.findIndex(({ type }) => type !== 'tool_result') ?? 0
    const answers = (next?.blocks ?? []).slice(0, leading < 0 ? undefined : leading)
    const answered = answers.map((block) => (block.type === 'tool_result' ? block.tool_use_id : ''))
    const open = blocksOfType(turn, 'tool_use').filter(({ id }) => !answered.includes(id))
    if (open.length === 0) return undefined
    const ids = open.map(({ id }) => id).join(', ')
    return `messages.${turn.at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`
  })
}

function resultsAnswerCalls(request: CountRequest): string | undefined {
  const turns = turnsOf(request)
  return firstWrong(turns, (turn, index) => {
    const called = blocksOfType(turns[index - 1], 'tool_use').map(({ id }) => id)
    const answered = blocksOfType(turn, 'tool_result').map(({ tool_use_id: id }) => id)
    const stranger = answered.find((id) => !called.includes(id))
    if (stranger !== undefined) {
      return `messages.${turn.at}.content.0: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${stranger}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`
    }
    const isTwice = new Set(answered).size < answered.length
    return isTwice
      ? 'each tool_use must have a single result. Found multiple `tool_result` blocks.'
      : undefined
  })
}

/** Thoughts come back as they were issued, or not at all. */
export function thoughtsAreIssued(memory: Memory): Rule<CountRequest> {
  return ({ messages, model }) =>
    firstWrong(messages, ({ content }, at) => {
      if (typeof content === 'string') return undefined
      const wrong = (block: BlockParam) => (isThought(block) ? forged(block, memory, model) : undefined)
      return firstWrong(content, (block, place) => {
        const found = wrong(block)
        return found && `messages.${at}.content.${place}: ${found}`
      })
    })
}

function sealOf(block: BlockParam): string | undefined {
  if (block.type === 'thinking') return block.signature
  return block.type === 'redacted_thinking' ? block.data : undefined
}

function forged(block: BlockParam, memory: Memory, model: string): string | undefined {
  const issued = memory.seals.get(sealOf(block) ?? '')
  const isBound = abilitiesOf(model).boundThoughts && issued?.owner !== undefined
  if (!issued || (isBound && issued.owner !== model)) {
    return `Invalid \`${block.type === 'thinking' ? 'signature' : 'data'}\` in \`${block.type}\` block`
  }
  const isSame = block.type !== 'thinking' || block.thinking === (issued.text ?? block.thinking)
  if (isSame) return undefined
  return '`thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified. These blocks must remain as they were in the original response.'
}

/** Where a fixed budget of thought is on, a call of a tool that is just answered has its thought before it. */
function loopKeepsThought(request: CountRequest): string | undefined {
  if (request.thinking?.type !== 'enabled') return undefined
  const turns = turnsOf(request)
  const last = turns.findLast(({ role }) => role === 'assistant')
  const isLoop = turns.at(-1)?.blocks.some(({ type }) => type === 'tool_result') ?? false
  const [first] = last?.blocks ?? []
  if (!last || !first || !isLoop || isThought(first)) return undefined
  return `messages.${last.at}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${first.type}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceding the lastmost set of \`tool_use\` and \`tool_result\` blocks).`
}

export const turnRules: readonly Rule<CountRequest>[] = [
  beginsWithUser,
  hasContent,
  hasNoBlankText,
  blocksFitRoles,
  toolIdsAreUnique,
  resultsAnswerCalls,
  callsAreAnswered,
  loopKeepsThought,
]
