import type { Effort, ReasoningWish, Sampling } from '../core/chat/call.ts'
import { efforts } from '../core/chat/call.ts'
import type { ModelTraits } from './openai-models.ts'

/** How a model is told to think, as far as it knows the words. */
export interface FittedReasoning {
  readonly effort?: Effort
  /** Whether its thoughts are asked for. */
  readonly visible: boolean
  /** Whether it thinks, as far as is known. */
  readonly thinks: boolean
}

/** From so many tokens of thought on. */
const effortByBudget: readonly (readonly [number, Effort])[] = [
  [16_384, 'high'],
  [4_096, 'medium'],
  [1, 'low'],
]

/** There is no budget in these dialects but the cap: an effort is as near as one gets, and not every model knows every effort. */
export function fitReasoning(
  wish: ReasoningWish | undefined,
  traits: ModelTraits,
  dropped: Set<string>,
): FittedReasoning {
  if (!wish) return { visible: false, thinks: traits.thinksUnasked }
  const { budget, visible = false, effort: wanted = effortOf(budget) } = wish
  if (traits.efforts?.length === 0) {
    if (wanted === undefined ? visible : wanted !== 'none') dropped.add('reasoning')
    return { visible: false, thinks: false }
  }
  if (budget !== undefined) dropped.add('reasoning_budget')
  if (wanted === undefined) return { visible, thinks: traits.thinksUnasked }
  const effort = nearest(wanted, traits.efforts)
  // It cannot be kept from thinking.
  if (wanted === 'none' && effort !== wanted) dropped.add('reasoning')
  return { effort, visible, thinks: effort !== 'none' }
}

function effortOf(budget: number | undefined): Effort | undefined {
  if (budget === undefined) return undefined
  return effortByBudget.find(([least]) => budget >= least)?.[1] ?? 'none'
}

/** The least that is no less than what is wanted, or the most there is. */
function nearest(wanted: Effort, known: ModelTraits['efforts'] = efforts): Effort {
  const rank = efforts.indexOf(wanted)
  return known.find((effort) => efforts.indexOf(effort) >= rank) ?? known.at(-1) ?? wanted
}

/** What a model that thinks only takes as it is anyway, and how it is called where it is lost. */
const fixed = [
  ['temperature', 'temperature', 1],
  ['topP', 'top_p', 1],
  ['presencePenalty', 'presence_penalty', 0],
  ['frequencyPenalty', 'frequency_penalty', 0],
  ['topLogprobs', 'logprobs', undefined],
] as const

/** The choice of sampling that a model leaves: what says the same as none is left out, all else is lost. */
export function fitSampling(sampling: Sampling, isFixed: boolean, dropped: Set<string>): Sampling {
  if (!isFixed) return sampling
  const lost = fixed.filter(([name]) => sampling[name] !== undefined)
  for (const [name, field, value] of lost) if (sampling[name] !== value) dropped.add(field)
  const names: ReadonlySet<string> = new Set(lost.map(([name]) => name))
  return Object.fromEntries(Object.entries(sampling).filter(([name]) => !names.has(name)))
}
