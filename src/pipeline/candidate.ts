import type { Offer } from '../core/catalogue.ts'
import type { Dialect, ModelRequest } from '../core/dialect.ts'
import { WeirError } from '../core/errors.ts'
import type { PriceCard } from '../core/price.ts'
import { atCost } from '../core/rate.ts'
import type { Candidate } from '../ledger/call.ts'
import type { Briefing } from '../ledger/policy.ts'
import { costOf } from '../metering/cost.ts'
import { amountsOf, countedUsage, defaultOutputCap, nothingSeen } from '../metering/estimate.ts'
import { holdOf, outputBounds, type OutputBounds, type Terms } from '../metering/hold.ts'
import type { PlannedCandidate } from '../routing/plan.ts'

/** A planned candidate with what this call is charged by, and how much output it may have. */
export interface PricedCandidate extends PlannedCandidate, Terms {
  readonly output: OutputBounds
  /** Whether a budget affords less output than was asked for. */
  readonly clamped: boolean
}

interface Pricing {
  readonly policy: Pick<Briefing, 'rate' | 'habits'>
  readonly clampTo: number | undefined
}

/** Those whose provider may get what was sent. Throws what the first has against it if there is none. */
export function fitting(
  dialect: Dialect,
  request: ModelRequest,
  planned: readonly PlannedCandidate[],
): readonly PlannedCandidate[] {
  const judged = planned.map((candidate) => ({
    candidate,
    refusal: refusalFor(dialect, request, candidate),
  }))
  const fitting = judged.filter(({ refusal }) => !refusal)
  const refusal = judged[0]?.refusal
  if (fitting.length === 0 && refusal) throw refusal
  return fitting.map(({ candidate }) => candidate)
}

/** Where bytes pass as they are, the caller may say more than we would. */
function refusalFor(dialect: Dialect, request: ModelRequest, candidate: PlannedCandidate) {
  const { configured, speech, card, offer } = candidate
  if (request.webSearches !== undefined && card.webSearch === undefined) return noSearches(offer)
  if (speech.dialect !== dialect.id) return undefined
  return dialect.refusalFor(request, configured.provider.quirks)
}

function noSearches({ provider, model }: Offer): WeirError {
  const message = `What a search of the web costs at ${provider} with ${model} is not known, or none is sold.`
  return new WeirError('price_unknown', message, { param: 'tools' })
}

export function priced(
  request: ModelRequest,
  planned: PlannedCandidate,
  { policy, clampTo }: Pricing,
): PricedCandidate {
  const { offer, card } = planned
  const habit = policy.habits[offer.model]
  const output = outputBounds(request, offer, {
    ...(habit !== undefined && { habit }),
    ...(clampTo !== undefined && { clampTo }),
  })
  const pricing = { card, rate: policy.rate ?? atCost, model: offer.model }
  const clamped = output.cap < (request.outputCap ?? defaultOutputCap(offer))
  return { ...planned, request, pricing, output, clamped }
}

/** The candidate as the ledger holds for it: in what is charged; what the provider is owed stands beside. */
export function ledgerCandidate(candidate: PricedCandidate): Candidate {
  const { request, offer, card, pricing, output } = candidate
  const atLeast = countedUsage(request, offer, nothingSeen)
  return {
    model: offer.model,
    provider: offer.provider,
    hold: holdOf(candidate, output.first),
    floor: amountsOf(atLeast, pricing),
    floorProviderCost: costOf(card, atLeast),
    ...pricedBy(card),
  }
}

/** The card that priced an attempt, for its row. */
export function pricedBy({ id, exchange }: PriceCard) {
  return { priceCard: id, ...(exchange && { exchange }) }
}
