import type { MessageParam, ThinkingConfigParam } from '@anthropic-ai/sdk/resources/messages'
import type { Effort, ReasoningWish } from '../../core/chat/call.ts'
import type { Encoding } from './encoding.ts'
import type { ModelTraits, WireEffort } from './models.ts'

/** How the model is to think. */
export interface EncodedThinking {
  readonly thinking?: ThinkingConfigParam
  readonly effort?: WireEffort
}

interface Circumstances {
  readonly messages: readonly {
    readonly role: MessageParam['role']
    readonly content: readonly { readonly type: string }[]
  }[]
  /** Whether the model is made to call a tool. */
  readonly forced: boolean
}

export function encodeThinking(encoding: Encoding, around: Circumstances): EncodedThinking {
  const wish = encoding.call.reasoning
  if (!wish) return {}
  if (wish.effort === 'none' || wish.budget === 0) return leastThinking(encoding)
  const { thinking, ...rest } = wantedThinking(wish, encoding)
  if (thinking && !around.forced && !isBarred(thinking, around)) return { thinking, ...rest }
  encoding.dropped.add('reasoning')
  return rest
}

/** No thought, or as little of it as the model knows. */
function leastThinking({ traits, dropped }: Encoding): EncodedThinking {
  if (traits.least === 'disabled') return { thinking: { type: 'disabled' } }
  if (!traits.adaptive) return {}
  dropped.add('reasoning')
  return traits.least ? { thinking: { type: traits.least } } : { effort: 'low' }
}

function wantedThinking(wish: ReasoningWish, encoding: Encoding): EncodedThinking {
  const { traits } = encoding
  const byBudget = wish.budget !== undefined && wish.effort === undefined && traits.budget
  return traits.adaptive && !byBudget ? adaptiveThinking(wish, encoding) : boundThinking(wish, encoding)
}

function adaptiveThinking({ effort, budget, visible }: ReasoningWish, encoding: Encoding): EncodedThinking {
  encoding.drop('reasoning_budget', budget !== undefined)
  const wanted = effort ?? (budget === undefined ? undefined : effortOfBudget(budget))
  return {
    thinking: { type: 'adaptive', ...displayOf(visible) },
    ...(wanted !== undefined && { effort: nearestEffort(wanted, encoding.traits) }),
  }
}

function boundThinking(wish: ReasoningWish, { traits, target }: Encoding): EncodedThinking {
  const wanted = wish.budget ?? budgetOfEffort[wish.effort ?? 'medium']
  const tokens = traits.budget ? fittingBudget(wanted, target.outputCap) : undefined
  if (tokens === undefined) return {}
  // Models before that show all of their thoughts, and know no other way.
  const display = traits.adaptive ? displayOf(wish.visible) : {}
  return { thinking: { type: 'enabled', budget_tokens: tokens, ...display } }
}

function displayOf(visible: boolean | undefined): { readonly display?: 'summarized' | 'omitted' } {
  return visible === undefined ? {} : { display: visible ? 'summarized' : 'omitted' }
}

/** Tokens of thought where a model takes no other word for it. */
const budgetOfEffort: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 1_024,
  low: 4_096,
  medium: 8_192,
  high: 16_384,
  xhigh: 32_768,
  max: 65_536,
}

function effortOfBudget(budget: number): Effort {
  const efforts = ['low', 'medium', 'high'] as const
  return efforts.find((effort) => budget <= budgetOfEffort[effort]) ?? 'high'
}

function nearestEffort(effort: Effort, { efforts }: ModelTraits): WireEffort {
  const known = efforts.find((name) => name === effort)
  return known ?? (effort === 'minimal' ? 'low' : 'high')
}

const fewestTokens = 1_024
/** What is left for the answer, where the cap has that much. */
const answerTokens = 1_024

/** Thought counts as output, and so has to fit below the cap with some room for the answer; undefined where it does not. */
export function fittingBudget(wanted: number, cap: number): number | undefined {
  const most = cap - Math.min(answerTokens, Math.ceil(cap / 4))
  return most < fewestTokens ? undefined : Math.max(fewestTokens, Math.min(wanted, most))
}

/**
 * With a budget, the last message of the assistant has to begin with a thought where it called tools, and there may be none for it
 * to go on from.
 */
function isBarred({ type }: ThinkingConfigParam, { messages }: Circumstances): boolean {
  const last = messages.findLast(({ role }) => role === 'assistant')
  if (type !== 'enabled' || !last) return false
  return last === messages.at(-1) || callsUnthought(last.content.map((block) => block.type))
}

/** Whether a message with blocks of these types calls tools, but does not begin with a thought. */
export function callsUnthought(types: readonly unknown[]): boolean {
  return types.includes('tool_use') && types[0] !== 'thinking' && types[0] !== 'redacted_thinking'
}
