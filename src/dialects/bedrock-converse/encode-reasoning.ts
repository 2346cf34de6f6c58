import type { ChatCall, Effort, ReasoningWish } from '../../core/chat/call.ts'
import type { Block, Encoding } from './encoding.ts'

/** How a model is asked to think. */
export interface Thinking {
  /** Fields of the model's own, beside those of Converse. */
  readonly fields: Block
  /** Whether it thinks: some of what steers an answer is refused then. */
  readonly on: boolean
}

const unasked: Thinking = { fields: {}, on: false }

/** The wish as the model takes it; where it cannot be, it is left out and named. */
export function thinkingFields(call: ChatCall, encoding: Encoding): Thinking {
  const { reasoning: wish } = call
  const { thinking, alwaysThinks } = encoding.traits
  if (!wish) return unasked
  const isOff = wish.effort === 'none' || wish.budget === 0
  if (isOff && alwaysThinks) encoding.dropped.add('reasoning')
  if (isOff) return alwaysThinks ? unasked : { fields: offFields[thinking], on: false }
  if (wish.effort === undefined && wish.budget === undefined && !asksToSee(wish, thinking)) return unasked
  return thinkers[thinking]({ ...call, wish }, encoding)
}

type Kind = Encoding['traits']['thinking']
type Asking = ChatCall & { readonly wish: ReasoningWish }

const offFields: Readonly<Record<Kind, Block>> = {
  adaptive: { thinking: { type: 'disabled' } },
  budget: {},
  effort: { reasoning_effort: 'none' },
  nova: {},
  none: {},
}

/** To see the thoughts is a wish of its own only where the model hides them otherwise. */
function asksToSee({ visible }: ReasoningWish, thinking: Kind): boolean {
  return visible === true && thinking === 'adaptive'
}

const thinkers: Readonly<Record<Kind, (asking: Asking, encoding: Encoding) => Thinking>> = {
  adaptive: adaptiveThinking,
  budget: budgetThinking,
  effort({ wish }, { traits }) {
    const effort = effortOf(wish)
    const known = traits.efforts === 'all' ? highest(effort, 'xhigh') : atLeastLow(highest(effort, 'high'))
    return { fields: { reasoning_effort: known }, on: true }
  },
  nova({ wish }, { dropped }) {
    const effort = atLeastLow(effortOf(wish))
    // More is only to be had without a cap on the output.
    const isTooMuch = effort !== 'low' && effort !== 'medium'
    if (isTooMuch) dropped.add('reasoning')
    const maxReasoningEffort = isTooMuch ? 'medium' : effort
    return { fields: { reasoningConfig: { type: 'enabled', maxReasoningEffort } }, on: true }
  },
  none(_, { traits, dropped }) {
    if (!traits.alwaysThinks) dropped.add('reasoning')
    return unasked
  },
}

/** A tool that must be called leaves Claude no time to think. */
function isForced({ toolChoice, tools }: ChatCall): boolean {
  return toolChoice?.mode === 'any' && tools.length > 0
}

function adaptiveThinking(asking: Asking, { traits, dropped }: Encoding): Thinking {
  const { effort, budget, visible } = asking.wish
  if (isForced(asking) && traits.forcedTools) {
    dropped.add('reasoning')
    return unasked
  }
  const isNamed = effort !== undefined || budget !== undefined
  return {
    fields: {
      thinking: {
        type: 'adaptive',
        ...(visible !== undefined && { display: visible ? 'summarized' : 'omitted' }),
      },
      ...(isNamed && { output_config: { effort: claudeEffort(effortOf(asking.wish), traits.efforts) } }),
    },
    on: true,
  }
}

function claudeEffort(effort: Effort, known: Encoding['traits']['efforts']): Effort {
  return effort === 'xhigh' && known !== 'all' ? 'high' : atLeastLow(effort)
}

/** The least that Claude takes. */
const minBudget = 1024
/** Of the output, where no budget is told that fits; what is left is for the answer. */
const mostOfTheCap = 0.75

function budgetThinking(asking: Asking, { target, dropped }: Encoding): Thinking {
  const tokens = budgetWithin(asking.wish, target.outputCap)
  if (tokens === undefined || isForced(asking) || isAmidUnthoughtCalls(asking)) {
    dropped.add('reasoning')
    return unasked
  }
  return { fields: { thinking: { type: 'enabled', budget_tokens: tokens } }, on: true }
}

/** Below the cap, which covers thought and answer. */
function budgetWithin({ budget, effort = 'medium' }: ReasoningWish, cap: number): number | undefined {
  if (budget !== undefined && budget < cap) return cap > minBudget ? Math.max(budget, minBudget) : undefined
  const tokens = Math.min(budget ?? budgets[effort], Math.floor(cap * mostOfTheCap))
  return tokens >= minBudget ? tokens : undefined
}

const budgets: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: minBudget,
  low: 4_096,
  medium: 8_192,
  high: 16_384,
  xhigh: 32_000,
  max: 32_000,
}

/** A model that thinks by a budget goes on after results of tools only if its own thoughts stand in front of the calls. */
function isAmidUnthoughtCalls({ turns }: ChatCall): boolean {
  const last = turns.findLastIndex(({ role }) => role === 'assistant')
  const answersCalls = turns
    .slice(last + 1)
    .some(({ parts }) => parts.some(({ type }) => type === 'tool_result'))
  if (!answersCalls) return false
  const [first] = turns[last]?.parts ?? []
  return first?.type !== 'reasoning' || first.seal?.by !== 'anthropic'
}

/** A budget in words. */
function effortOf({ effort, budget }: ReasoningWish): Effort {
  if (effort !== undefined || budget === undefined) return effort ?? 'medium'
  return (['low', 'medium', 'high'] as const).find((level) => budget <= budgets[level]) ?? 'high'
}

const scale: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

function highest(effort: Effort, limit: Effort): Effort {
  return scale.indexOf(effort) > scale.indexOf(limit) ? limit : effort
}

function atLeastLow(effort: Effort): Effort {
  return scale.indexOf(effort) < scale.indexOf('low') ? 'low' : effort
}
