import type { Splice } from '../../core/json-fields.ts'
import { countOf, isFields, textOf, type Fields } from '../fields.ts'
import { foreignIndex } from './citations.ts'
import { callsUnthought, fittingBudget } from './encode-thinking.ts'
import { mendField, mendList, setField } from '../json-edits.ts'
import type { MessagesRequest } from './read-request.ts'
import { printSeal, readRedacted, readSignature } from './seals.ts'

/** Leaves out what other makers' models thought, which Anthropic refuses, and does without thought where that makes it impossible. */
export function fitThoughts(
  request: MessagesRequest,
  dropped: Set<string>,
  clampTo: number | undefined,
): Splice[] {
  const fit = (messages: unknown) => mendList(messages, (message) => fitMessage(message, dropped))
  const { messages, thinking } = request.values
  const budgeted = isFields(thinking) && thinking['type'] === 'enabled' ? thinking : undefined
  const isBarred = budgeted !== undefined && lacksThought(fit(messages))
  const fitting = isBarred ? withoutThought : budgeted && cappedThought(budgeted, clampTo)
  if (isBarred) dropped.add('reasoning')
  else if (fitting !== budgeted) dropped.add('reasoning_budget')
  return [
    ...mendField(request, 'messages', fit),
    ...(fitting === budgeted ? [] : setField(request, 'thinking', JSON.stringify(fitting))),
  ]
}

const withoutThought = { type: 'disabled' }

/** The budget of thought has to stay below a cap that was lowered. */
function cappedThought(thinking: Fields, clampTo: number | undefined): Fields {
  const budget = countOf(thinking, 'budget_tokens')
  if (budget === undefined || clampTo === undefined || budget < clampTo) return thinking
  const fitting = fittingBudget(budget, clampTo)
  return fitting === undefined ? withoutThought : { ...thinking, budget_tokens: fitting }
}

function fitMessage(message: unknown, dropped: Set<string>): readonly unknown[] {
  if (!isFields(message) || message['role'] !== 'assistant') return [message]
  const content = mendList(message['content'], (block) => fitBlock(block, dropped))
  if (content === message['content']) return [message]
  return Array.isArray(content) && content.length > 0 ? [{ ...message, content }] : []
}

function fitBlock(block: unknown, dropped: Set<string>): readonly unknown[] {
  if (isFields(block) && block['type'] === 'text') return [withOwnCitations(block, dropped)]
  const name = isFields(block) ? sealNames[textOf(block, 'type') ?? ''] : undefined
  if (!isFields(block) || name === undefined) return [block]
  const seal = sealOf(block)
  if (seal?.by !== 'anthropic') {
    dropped.add('reasoning')
    return []
  }
  const own = printSeal(seal)
  return [own === block[name] ? block : { ...block, [name]: own }]
}

/** The index of a page is Anthropic's to make: what others cited goes back without. */
function withOwnCitations(block: Fields, dropped: Set<string>): Fields {
  const citations = mendList(block['citations'], (citation) =>
    isForeignCitation(citation) ? [] : [citation],
  )
  if (citations === block['citations']) return block
  dropped.add('citations')
  const { citations: _, ...rest } = block
  return Array.isArray(citations) && citations.length > 0 ? { ...rest, citations } : rest
}

function isForeignCitation(citation: unknown): boolean {
  if (!isFields(citation) || citation['type'] !== 'web_search_result_location') return false
  const index = citation['encrypted_index']
  return index === '' || index === foreignIndex
}

/** Where a block of thought has its seal. */
const sealNames: Readonly<Record<string, string>> = { thinking: 'signature', redacted_thinking: 'data' }

function sealOf(block: Fields) {
  const data = textOf(block, 'data')
  if (block['type'] === 'thinking') return readSignature(block['signature'])
  return data === undefined ? undefined : readRedacted(data)
}

/** With a budget of thought, the last message of the assistant has to begin with a thought where it called tools. */
function lacksThought(messages: unknown): boolean {
  if (!Array.isArray(messages)) return false
  const last: unknown = messages.findLast((message) => isFields(message) && message['role'] === 'assistant')
  const content: unknown = isFields(last) ? last['content'] : undefined
  if (!Array.isArray(content)) return false
  return callsUnthought(content.map((block: unknown) => (isFields(block) ? block['type'] : undefined)))
}
