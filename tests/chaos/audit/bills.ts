import { priceOf, prices } from '../../support/prices.ts'
import { openEndedCalls, rowsByTag, type Evidence } from '../evidence.ts'
import type { Served } from '../provider-watch.ts'
import type { Limit, Row } from '../wire.ts'
import { concerns, groupBy, mayExceedItsHold } from './counting.ts'

/** What rows say of providers must be what the providers say. */

type Attempt = Row['attempts'][number]

/** An exact attempt stands on its provider's bill, with the same tokens; no bill is named twice. */
export function exactIsBilled(evidence: Evidence): string[] {
  const bills = groupBy(
    evidence.served.filter(({ billed }) => billed),
    ({ tag, provider }) => `${tag} ${provider}`,
  )
  return allRows(evidence).flatMap((row) => {
    const left = new Map<string, Served[]>()
    return row.attempts
      .filter((attempt) => attempt.usage_source === 'exact')
      .flatMap((attempt) => {
        const name = `${row.tags['call']} ${attempt.provider}`
        const own = left.get(name) ?? [...(bills.get(name) ?? [])]
        left.set(name, own)
        const found = own.findIndex((bill) => isSame(attempt, bill))
        if (found >= 0) own.splice(found, 1)
        else if (tokensOf(attempt) > 0)
          return [
            `${row.id} says that ${attempt.provider} billed ${JSON.stringify(attempt.usage)}; it did not`,
          ]
        return []
      })
  })
}

/** Sums of what is exact, and of the bills for the very same requests. */
export function exactSums(
  evidence: Evidence,
): { readonly provider: string; readonly rows: bigint; readonly bills: bigint }[] {
  const rows = allRows(evidence)
  const exact = new Set(
    rows.flatMap((row) =>
      row.attempts
        .filter((attempt) => attempt.usage_source === 'exact' && tokensOf(attempt) > 0)
        .map(({ provider }) => `${row.tags['call']} ${provider}`),
    ),
  )
  return ['acme', 'backup'].map((provider) => ({
    provider,
    rows: rows
      .flatMap((row) => row.attempts)
      .filter((attempt) => attempt.provider === provider && attempt.usage_source === 'exact')
      .reduce((sum, attempt) => sum + attempt.provider_cost, 0n),
    bills: evidence.served
      .filter((one) => one.provider === provider && exact.has(`${one.tag} ${provider}`))
      .reduce((sum, { model, billed }) => sum + (billed ? priceOf(prices[model], billed) : 0n), 0n),
  }))
}

export function exactSumsAgree(evidence: Evidence): string[] {
  return exactSums(evidence)
    .filter(({ rows, bills }) => rows !== bills)
    .map(
      ({ provider, rows, bills }) =>
        `Exact rows come to ${rows} nanoUSD at ${provider}, its bill for them to ${bills}`,
    )
}

function isSame({ usage }: Attempt, { billed }: Served): boolean {
  return (
    usage.input_tokens === billed?.inputTokens &&
    usage.cached_input_tokens === billed.cachedInputTokens &&
    usage.output_tokens === billed.outputTokens
  )
}

function tokensOf({ usage }: Attempt): number {
  return usage.input_tokens + usage.output_tokens
}

/** What is charged is what was used, at the price; no call is charged more than it held. */
export function chargesArePriced(evidence: Evidence): string[] {
  const openEnded = openEndedCalls(evidence)
  return allRows(evidence).flatMap((row) => {
    const faults: string[] = []
    const priced = priceAt(row.model, row.usage)
    if (row.outcome !== 'swept' && row.charge !== priced)
      faults.push(`${row.id} is charged ${row.charge}; its usage comes to ${priced}`)
    for (const attempt of row.attempts)
      if (row.outcome !== 'swept' && attempt.provider_cost !== priceAt(attempt.model, attempt.usage))
        faults.push(`${row.id} owes ${attempt.provider} ${attempt.provider_cost}; that is not its price`)
    if (row.charge > row.hold.cost && !mayExceedItsHold(row, openEnded))
      faults.push(`${row.id} is charged ${row.charge}; it held ${row.hold.cost} only`)
    return faults
  })
}

/** A lost call whose output has a cap used no more than it held; where a limit keeps what is lost whole, no more than it is charged. */
export function lostCallsAreCovered(evidence: Evidence): string[] {
  const rows = rowsByTag(evidence)
  const openEnded = openEndedCalls(evidence)
  const limits = evidence.books.flatMap((own) => own.limits)
  // What went on without the ledger is lost to its floor: the key's allowance bounds it.
  const failOpen = new Set(
    evidence.tenants.callers.filter(({ allowance }) => allowance !== undefined).map(({ keyId }) => keyId),
  )
  return [...groupBy(evidence.served, ({ tag }) => tag)].flatMap(([tag, requests]) => {
    const row = rows.get(tag)
    // What a provider puts out before the gateway has read it is not held yet.
    if (row?.outcome !== 'swept' || openEnded.has(tag)) return []
    const used = requests.map(usedAt).reduce((most, cost) => (cost > most ? cost : most), 0n)
    if (used > row.hold.cost) return [`${row.id} was lost having used ${used}; it held ${row.hold.cost}`]
    const isKept = !failOpen.has(row.key_id) && limits.some((limit) => keepsWhole(limit, row))
    return isKept && used > row.charge
      ? [
          `${row.id} was lost having used ${used}; it is charged ${row.charge}, although a limit keeps what is lost whole`,
        ]
      : []
  })
}

function keepsWhole(limit: Limit, row: Row): boolean {
  const own = row.id.split('_')[1]
  return limit.on_lost === 'hold' && limit.id.split('_')[1] === own && concerns(limit, row)
}

function usedAt({ model, billed, unbilled }: Served): bigint {
  return priceOf(prices[model], billed ?? unbilled ?? {})
}

function priceAt(model: string, usage: Row['usage']): bigint {
  const price = prices[model as keyof typeof prices]
  const {
    input_tokens: inputTokens,
    cached_input_tokens: cachedInputTokens,
    output_tokens: outputTokens,
  } = usage
  return priceOf(price, { inputTokens, cachedInputTokens, outputTokens })
}

function allRows({ books }: Evidence): Row[] {
  return books.flatMap(({ rows }) => rows)
}
