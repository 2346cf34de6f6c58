import type { Refusal } from '../ledger/call.ts'
import { amountFor } from '../ledger/admission.ts'
import { capacityOf, coversModel, type LimitState } from '../ledger/limit.ts'
import { holdOf, type OutputBounds, type Terms } from '../metering/hold.ts'

/** Less output than this is no answer: the refusal stands. */
const leastOutput = 16

/** A call at one candidate, with the output that it asked for. */
export type Clampable = Terms & { readonly output: OutputBounds }

/** The output cap, in tokens of one answer, with which a call that was refused may be opened once more; undefined where the refusal stands. */
export function clampFor({ limit }: Refusal, candidates: readonly Clampable[]): number | undefined {
  if (limit?.limit.whenShort !== 'clamp') return undefined
  const covered = candidates.filter(({ offer }) => coversModel(limit.limit, offer.model))
  const cap = Math.min(...covered.map((candidate) => affordableCap(limit, candidate)))
  return Number.isFinite(cap) && cap >= leastOutput ? cap : undefined
}

/** The largest cap of one answer whose hold a limit still covers; -1 where it covers none, for input is not negotiable. */
export function affordableCap(state: LimitState, candidate: Clampable): number {
  const headroom = capacityOf(state.limit) - state.spent - state.held
  const { request, output } = candidate
  const fits = (cap: number) => amountFor(state.limit, holdOf(candidate, cap * request.answers)) <= headroom
  if (!fits(0)) return -1
  let [fitting, tooMuch] = [0, output.cap + 1]
  while (tooMuch - fitting > 1) {
    const middle = Math.floor((fitting + tooMuch) / 2)
    if (fits(middle)) fitting = middle
    else tooMuch = middle
  }
  return fitting
}
