import type { Evidence } from '../evidence.ts'
import { signedNanoOf } from '../wire.ts'
import type { Refusal, Told } from '../writers.ts'

/** A refusal names a limit that may refuse, and that had no room by its own account. */
export function refusalsAreRight({ told }: Evidence): string[] {
  return told.flatMap(({ plan, refusal }: Told) => {
    if (!refusal?.limit) return []
    const { limit } = refusal
    if (limit.mode === 'shadow') return [`call ${plan.tag} was refused by a shadow limit`]
    // A bucket's filling is rounded on its way out.
    const isRate = limit.per === 'minute' || limit.per === 'hour'
    return isRate || taken(limit) > amountOf(limit, 'amount')
      ? []
      : [`call ${plan.tag} was refused (${refusal.code}) although it fits: ${JSON.stringify(limit)}`]
  })
}

type Named = NonNullable<Refusal['limit']>

function taken(limit: Named): bigint {
  return amountOf(limit, 'spent') + amountOf(limit, 'held') + amountOf(limit, 'requested')
}

function amountOf(limit: Named, name: 'amount' | 'spent' | 'held' | 'requested'): bigint {
  return limit.metric === 'cost' ? signedNanoOf(limit[name]) : BigInt(limit[name])
}
