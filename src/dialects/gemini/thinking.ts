import { efforts, type Effort, type ReasoningWish } from '../../core/chat/call.ts'
import type { ModelTraits, Thinking, ThinkingLevel } from './models.ts'

export interface ThinkingConfig {
  readonly includeThoughts?: boolean
  readonly thinkingBudget?: number
  readonly thinkingLevel?: ThinkingLevel
}

/** A part of a request, and what it cannot carry. */
interface Encoded {
  readonly thinkingConfig?: ThinkingConfig
  readonly dropped: readonly string[]
}

/** How much a model is to think, as it takes it: all within the cap of the output. */
export function encodeThinking(
  wish: ReasoningWish | undefined,
  outputCap: number,
  { thinking }: Pick<ModelTraits, 'thinking'>,
): Encoded {
  if (!wish) return { dropped: [] }
  if (thinking.by === 'nothing') return { dropped: wantsThought(wish) ? ['reasoning'] : [] }
  const steered =
    thinking.by === 'budget' ? steerByBudget(wish, outputCap, thinking) : steerByLevel(wish, thinking.levels)
  const includeThoughts = wish.visible ?? !isOff(wish)
  return { thinkingConfig: { includeThoughts, ...steered.thinkingConfig }, dropped: steered.dropped }
}

function isOff({ effort, budget }: ReasoningWish): boolean {
  return budget === undefined ? effort === 'none' : budget === 0
}

function wantsThought(wish: ReasoningWish): boolean {
  return !isOff(wish) && (wish.effort !== undefined || wish.budget !== undefined || wish.visible === true)
}

const budgetOfEffort: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 1_024,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
  xhigh: Infinity,
  max: Infinity,
}

function steerByBudget(
  wish: ReasoningWish,
  outputCap: number,
  { least, most, canBeOff }: Thinking & { by: 'budget' },
): Encoded {
  const { effort, budget } = wish
  if (isOff(wish))
    return canBeOff
      ? { thinkingConfig: { thinkingBudget: 0 }, dropped: [] }
      : { thinkingConfig: { thinkingBudget: least }, dropped: ['reasoning'] }
  if (budget === undefined && effort === undefined) return { dropped: [] }
  // A wish by word leaves half of the output to the answer; who names a number has left what is needed.
  const [wanted, room] =
    budget === undefined
      ? [budgetOfEffort[effort ?? 'medium'], Math.floor(outputCap / 2)]
      : [budget, outputCap - 1]
  const thinkingBudget = Math.min(Math.max(wanted, least), most, room)
  if (thinkingBudget < least) return { dropped: ['reasoning'] }
  return { thinkingConfig: { thinkingBudget }, dropped: [] }
}

const effortOfLevel: Readonly<Record<ThinkingLevel, Effort>> = {
  MINIMAL: 'minimal',
  LOW: 'low',
  MEDIUM: 'medium',
  HIGH: 'high',
}

function steerByLevel(wish: ReasoningWish, levels: readonly ThinkingLevel[]): Encoded {
  const { effort, budget } = wish
  const wanted = effort ?? (budget === undefined ? undefined : effortOfBudget(budget))
  if (wanted === undefined) return { dropped: [] }
  const reaches = (level: ThinkingLevel) => efforts.indexOf(effortOfLevel[level]) >= efforts.indexOf(wanted)
  const thinkingLevel = levels.find(reaches) ?? levels.at(-1) ?? 'HIGH'
  const dropped = [
    ...(isOff(wish) ? ['reasoning'] : []),
    ...(budget !== undefined && budget > 0 ? ['reasoning_budget'] : []),
  ]
  return { thinkingConfig: { thinkingLevel }, dropped }
}

function effortOfBudget(budget: number): Effort {
  if (budget === 0) return 'none'
  if (budget <= budgetOfEffort.low) return 'low'
  return budget <= budgetOfEffort.medium ? 'medium' : 'high'
}

/** What a thinkingConfig wishes. A budget of -1 leaves it to the model. */
export function wishOf(level: string | undefined, budget: number | undefined): ReasoningWish {
  const named = effortsByLevel.get(level?.toUpperCase() ?? '')
  if (named !== undefined) return { effort: named }
  if (budget === 0) return { effort: 'none' }
  return budget !== undefined && budget > 0 ? { budget } : {}
}

const effortsByLevel: ReadonlyMap<string, Effort> = new Map([
  ...Object.entries(effortOfLevel).map(([level, effort]) => [level, effort] as const),
  ['XHIGH', 'xhigh'] as const,
])
