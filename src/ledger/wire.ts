import { formatUsd } from '../core/money.ts'
import type { Usage } from '../core/usage.ts'
import type { Attempt, Receipt } from './call.ts'
import { remainingOf, type Limit, type LimitState } from './limit.ts'
import type { Adjustment, TopUp } from './records.ts'

import type { Exported } from './report.ts'

/** The ledger's records as callers and admins see them: snake_case, USD as decimal strings, ISO times. */

/** An amount in a limit's unit: USD as a decimal string, all else a number. */
export function amountToWire(limit: Pick<Limit, 'metric'>, amount: number): string | number {
  return limit.metric === 'cost' ? formatUsd(Math.round(amount)) : Math.ceil(amount)
}

export function limitToWire(limit: Limit) {
  return {
    id: limit.id,
    scope: limit.scope,
    metric: limit.metric,
    per: limit.per ?? null,
    amount: amountToWire(limit, limit.amount),
    ...(limit.burst !== undefined && { burst: amountToWire(limit, limit.burst) }),
    ...(limit.models && { models: limit.models }),
    mode: limit.mode ?? ('enforce' as const),
    when_short: limit.whenShort ?? ('deny' as const),
    on_lost: limit.onLost ?? ('floor' as const),
    timezone: limit.timezone ?? 'UTC',
    created_at: timeToWire(limit.createdAt),
  }
}

export function limitStateToWire(state: LimitState) {
  return {
    ...limitToWire(state.limit),
    spent: amountToWire(state.limit, state.spent),
    held: amountToWire(state.limit, state.held),
    remaining: amountToWire(state.limit, remainingOf(state)),
    resets_at: state.resetsAt === undefined ? null : timeToWire(state.resetsAt),
    ...(state.endUser !== undefined && { end_user: state.endUser }),
    ...(state.wouldRefuse !== undefined && { would_refuse: state.wouldRefuse }),
  }
}

export function topUpToWire(topUp: TopUp) {
  return {
    id: topUp.id,
    limit_id: topUp.limitId,
    amount: formatUsd(topUp.amount),
    note: topUp.note ?? null,
    created_at: timeToWire(topUp.createdAt),
  }
}

export function adjustmentToWire(adjustment: Adjustment) {
  return {
    id: adjustment.id,
    request_id: adjustment.requestId ?? null,
    key_id: adjustment.keyId ?? null,
    project_id: adjustment.projectId ?? null,
    end_user: adjustment.endUser ?? null,
    model: adjustment.model || null,
    provider: adjustment.provider || null,
    charge: formatUsd(adjustment.charge),
    note: adjustment.note ?? null,
    tags: adjustment.tags,
    posted_at: timeToWire(adjustment.at),
    created_at: timeToWire(adjustment.createdAt),
  }
}

/** A row as exports and archives have it. */
export function exportedToWire({ mark, row }: Exported) {
  return row.kind === 'receipt'
    ? { mark, type: 'request' as const, ...receiptToWire(row) }
    : { mark, type: 'adjustment' as const, ...adjustmentToWire(row) }
}

export function receiptToWire(receipt: Receipt) {
  return {
    id: receipt.id,
    key_id: receipt.keyId,
    project_id: receipt.projectId ?? null,
    end_user: receipt.endUser ?? null,
    model: receipt.model,
    provider: receipt.provider,
    attempts: receipt.attempts.map(attemptToWire),
    usage: usageToWire(receipt.usage),
    usage_source: receipt.source,
    price_card: servedCard(receipt),
    charge: formatUsd(receipt.charge),
    provider_cost: formatUsd(receipt.providerCost),
    hold: {
      input_tokens: receipt.hold.inputTokens,
      output_tokens: receipt.hold.outputTokens,
      cost: formatUsd(receipt.hold.cost),
    },
    outcome: receipt.outcome,
    tags: receipt.tags,
    started_at: timeToWire(receipt.startedAt),
    ended_at: timeToWire(receipt.endedAt),
  }
}

function servedCard(receipt: Receipt): string | null {
  return receipt.attempts.findLast((attempt) => attempt.provider === receipt.provider)?.priceCard ?? null
}

function attemptToWire(attempt: Attempt) {
  return {
    provider: attempt.provider,
    model: attempt.model,
    status: attempt.status,
    latency_ms: attempt.latencyMs,
    usage: usageToWire(attempt.usage),
    usage_source: attempt.source,
    price_card: attempt.priceCard ?? null,
    provider_cost: formatUsd(attempt.providerCost),
    ...(attempt.exchange && {
      exchange: {
        currency: attempt.exchange.currency,
        usd_per_unit: attempt.exchange.usdPerUnit,
        date: attempt.exchange.date,
      },
    }),
  }
}

export function usageToWire(usage: Usage) {
  return {
    input_tokens: usage.inputTokens,
    cached_input_tokens: usage.cachedInputTokens,
    cache_write_tokens: usage.cacheWriteTokens,
    cache_write_long_tokens: usage.cacheWriteLongTokens ?? 0,
    input_audio_tokens: usage.inputAudioTokens,
    output_tokens: usage.outputTokens,
    reasoning_tokens: usage.reasoningTokens,
    output_audio_tokens: usage.outputAudioTokens,
    web_searches: usage.webSearches ?? 0,
  }
}

export function timeToWire(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
