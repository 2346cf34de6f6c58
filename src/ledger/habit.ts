/**
 * How many output tokens the calls of one key and model use: a histogram of two generations, so that old habits are forgotten.
 * Plain JSON, for a ledger to keep.
 */
export interface Habit {
  /** The number of the current generation: weeks since 1970. */
  readonly generation: number
  readonly current: Counts
  readonly previous: Counts
}

/** How many calls fell into each bin; bins without any are absent. */
type Counts = Readonly<Record<string, number>>

/** How long a generation lasts, in milliseconds: 7 days. */
export const habitGenerationMs = 604_800_000

const fewestSamples = 20
const mostTokens = 2 ** 20
/** A generation with so many samples counts no more: the sums of two stay safe integers, whatever was stored. */
const mostSamples = 2 ** 50
/** The most tokens that each bin holds, rising by 12 % where whole numbers allow. What is above the last is in a bin of its own. */
const edges = makeEdges()

export const noHabit: Habit = { generation: 0, current: {}, previous: {} }

/**
 * The habit with one more call in it. A clock that stepped back counts into the generation that is there.
 * @param call how many tokens it put out, and when it ended (Unix milliseconds)
 */
export function observed(habit: Habit, call: { readonly outputTokens: number; readonly now: number }): Habit {
  const at = rolled(habit, call.now)
  if (totalOf(at.current) >= mostSamples) return at
  const bin = binOf(call.outputTokens)
  return { ...at, current: { ...at.current, [bin]: (at.current[bin] ?? 0) + 1 } }
}

/**
 * Output tokens that 99 % of the calls of this generation and the one before stayed within.
 * Undefined where too few calls are known, or where they use more than a million tokens.
 * @param now Unix milliseconds
 */
export function boundOf(habit: Habit, now: number): number | undefined {
  const { current, previous } = rolled(habit, now)
  const total = totalOf(current) + totalOf(previous)
  if (total < fewestSamples) return undefined
  let above = total
  return edges.find((_, bin) => {
    above -= (current[bin] ?? 0) + (previous[bin] ?? 0)
    return above <= Math.floor(total / 100)
  })
}

/** The number of the generation that a time falls in. */
export function generationOf(now: number): number {
  return Math.floor(now / habitGenerationMs)
}

/** The habit in the generation of a time: what was current becomes previous, what was before is forgotten. */
function rolled(habit: Habit, now: number): Habit {
  const generation = generationOf(now)
  if (generation <= habit.generation) return habit
  return { generation, current: {}, previous: generation === habit.generation + 1 ? habit.current : {} }
}

/** The bin that a call falls into. */
export function binOf(outputTokens: number): number {
  const bin = edges.findIndex((edge) => outputTokens <= edge)
  return bin < 0 ? edges.length : bin
}

function totalOf(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

function makeEdges(): readonly number[] {
  const edges = [0]
  for (let edge = 0; edge < mostTokens; edges.push(edge))
    edge = Math.min(mostTokens, Math.max(edge + 1, Math.floor(edge * 1.12)))
  return edges
}
