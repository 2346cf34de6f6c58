import type { Limit, Row } from '../wire.ts'

/** What the books must come to, reckoned anew from rows and the limits' definitions, without the gateway's code. */

/** A call's row, or a correction: whose it is. */
export interface Owned {
  readonly key_id: string | null
  readonly project_id: string | null
  readonly end_user: string | null
  readonly model: string | null
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** How far clocks are ahead of UTC, in the zones that the run's limits follow: both have no summer time. */
const offsets: Readonly<Record<string, number>> = { UTC: 0, 'Asia/Shanghai': 8 * hourMs }

export function isRate({ per }: Limit): boolean {
  return per === 'minute' || per === 'hour'
}

export function isEachEndUsers({ scope }: Limit): boolean {
  return scope.type === 'end_user' && scope.id === '*'
}

export function describe({ scope, metric, per, mode, id }: Limit): string {
  return `${mode === 'shadow' ? 'shadow ' : ''}limit on ${metric} per ${per} of ${scope.type} ${scope.id} (${id})`
}

/** Whether a row counts towards a limit. */
export function concerns({ scope, models }: Limit, row: Owned): boolean {
  if (models && !models.some((glob) => matches(glob, row.model ?? ''))) return false
  switch (scope.type) {
    case 'org':
      return true
    case 'project':
      return row.project_id === scope.id
    case 'key':
      return row.key_id === scope.id
    case 'end_user':
      return row.end_user !== null && (scope.id === '*' || row.end_user === scope.id)
  }
}

/** The run's limits only name models, or their beginning and a star. */
function matches(glob: string, model: string): boolean {
  return glob.endsWith('*') ? model.startsWith(glob.slice(0, -1)) : glob === model
}

/** The counter of a limit that a row moves. */
export function counterOf(limit: Limit, row: Owned): string {
  return isEachEndUsers(limit) ? `${limit.id}/${row.end_user}` : limit.id
}

/** What a row counts, in the limit's own unit: nanoUSD for cost. */
export function spentOf({ metric }: Limit, row: Row): bigint {
  const { input_tokens: input, output_tokens: output } = row.usage
  switch (metric) {
    case 'cost':
      return row.charge
    case 'requests':
      return row.attempts.length > 0 ? 1n : 0n
    case 'tokens':
      return BigInt(input + output)
    case 'input_tokens':
      return BigInt(input)
    case 'output_tokens':
      return BigInt(output)
    case 'concurrency':
      return 0n
  }
}

/** What a call held while it was under way. */
export function heldOf({ metric }: Limit, { hold }: Row): bigint {
  switch (metric) {
    case 'cost':
      return hold.cost
    case 'tokens':
      return BigInt(hold.input_tokens + hold.output_tokens)
    case 'input_tokens':
      return BigInt(hold.input_tokens)
    case 'output_tokens':
      return BigInt(hold.output_tokens)
    case 'requests':
    case 'concurrency':
      return 1n
  }
}

/** Start of the window of a limit that a time falls in; Unix milliseconds. */
export function windowStart({ per, timezone }: Limit, at: number): number {
  const offset = offsets[timezone]
  if (offset === undefined) throw new Error(`The auditor does not know the zone ${timezone}.`)
  const local = at + offset
  const day = Math.floor(local / dayMs)
  switch (per) {
    case 'day':
      return day * dayMs - offset
    case 'week':
      // 1970-01-05 was a Monday.
      return (Math.floor((day - 4) / 7) * 7 + 4) * dayMs - offset
    case 'month': {
      const date = new Date(local)
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth()) - offset
    }
    default:
      return 0
  }
}

/** Whether a call may have lost its hold while it went on: it lasted longer than a lease, or was swept. */
export function mayHaveLostItsHold(row: Row, leaseSeconds: number): boolean {
  return row.outcome === 'swept' || row.ended_at - row.started_at >= leaseSeconds * 1000
}

/**
 * A stream that was held by habit may bring more than its hold in one read, or before it is cut. Where nobody told the usage, it is
 * estimated by the text, which may come to more than was held.
 */
export function mayExceedItsHold(row: Row, openEnded: ReadonlySet<string>): boolean {
  return row.usage_source === 'counted' || openEnded.has(row.tags['call'] ?? '')
}

export function sumOf<T>(items: readonly T[], amountOf: (item: T) => bigint): bigint {
  return items.reduce((sum, item) => sum + amountOf(item), 0n)
}

export function groupBy<T>(items: readonly T[], nameOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const name = nameOf(item)
    const group = groups.get(name)
    if (group) group.push(item)
    else groups.set(name, [item])
  }
  return groups
}
