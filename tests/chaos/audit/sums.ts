import { nanoOf } from '../../support/prices.ts'
import { groupings, type OrgBooks } from '../books.ts'
import type { Evidence } from '../evidence.ts'
import type { Adjustment, Row, UsageLine } from '../wire.ts'
import { repeated, unlike } from './lists.ts'
import {
  concerns,
  counterOf,
  describe,
  groupBy,
  isEachEndUsers,
  isRate,
  spentOf,
  sumOf,
  windowStart,
} from './counting.ts'

/** Everything that sums up rows must come to what they come to, to the nanoUSD. */

export function countersAreSums({ books }: Evidence): string[] {
  return books.flatMap((own) => {
    const expected = expectedCounters(own)
    const windows = own.limits.filter((limit) => !isRate(limit))
    const told = windows
      .filter((limit) => !isEachEndUsers(limit))
      .map((limit) => ({ limit, counter: limit.id }))
    const shares = own.shares
      .filter(({ limit }) => !isRate(limit))
      .map(({ limit, endUser }) => ({ limit, counter: `${limit.id}/${endUser}` }))
    return [...told, ...shares].flatMap(({ limit, counter }) => {
      const sum = expected.get(`${counter} ${windowStart(limit, own.readAt)}`) ?? 0n
      return limit.spent === sum
        ? []
        : [`${describe(limit)} says ${limit.spent} spent (${counter}); its rows come to ${sum}`]
    })
  })
}

/** The same in the store itself, in every window there ever was. */
export function storedCountersAreSums({ books }: Evidence): string[] {
  return books.flatMap((own) => {
    const expected = expectedCounters(own)
    const names = new Set([...expected.keys(), ...own.raw.spent.keys()])
    return [...names].flatMap((name) => {
      const [stored = 0n, sum = 0n] = [own.raw.spent.get(name), expected.get(name)]
      return stored === sum
        ? []
        : [`${own.org} stores ${stored} for counter ${name}; its rows come to ${sum}`]
    })
  })
}

/** What each counter must have in each window. */
function expectedCounters({ limits, rows, adjustments }: OrgBooks): Map<string, bigint> {
  const sums = new Map<string, bigint>()
  const add = (name: string, amount: bigint) => sums.set(name, (sums.get(name) ?? 0n) + amount)
  for (const limit of limits.filter((each) => !isRate(each))) {
    for (const row of rows)
      if (concerns(limit, row))
        add(`${counterOf(limit, row)} ${windowStart(limit, row.started_at)}`, spentOf(limit, row))
    if (limit.metric !== 'cost') continue
    for (const adjustment of adjustments)
      if (concerns(limit, adjustment))
        add(`${counterOf(limit, adjustment)} ${windowStart(limit, adjustment.posted_at)}`, adjustment.charge)
  }
  return new Map([...sums].filter(([, sum]) => sum !== 0n))
}

export function nothingIsHeld({ books }: Evidence): string[] {
  return books.flatMap(({ org, limits, shares, raw }) => [
    ...[...limits, ...shares.map(({ limit }) => limit)]
      .filter(({ held }) => held !== 0n)
      .map((limit) => `${describe(limit)} holds ${limit.held}`),
    ...raw.holds.map((id) => `${org} stores a hold of ${id}`),
    ...[...raw.held].map(([name, amount]) => `${org} stores ${amount} held of ${name}`),
  ])
}

type Group = (typeof groupings)[number]

/** Under which lines of a usage query a row counts. */
const linesOf: Readonly<Record<Group, (row: Row | Adjustment) => readonly string[]>> = {
  '': () => [''],
  'model,provider': (row) => [`${row.model ?? ''} ${row.provider ?? ''}`],
  key: (row) => [row.key_id ?? ''],
  project: (row) => [row.project_id ?? ''],
  end_user: (row) => (row.end_user === null ? [] : [row.end_user]),
  tag: (row) => Object.entries(row.tags).map(([name, value]) => `${name}=${value}`),
}

const nameOf: Readonly<Record<Group, (line: UsageLine) => string>> = {
  '': () => '',
  'model,provider': ({ model, provider }) => `${model ?? ''} ${provider ?? ''}`,
  key: ({ key_id: key }) => key ?? '',
  project: ({ project_id: project }) => project ?? '',
  end_user: ({ end_user: endUser }) => endUser ?? '',
  tag: ({ tag }) => tag ?? '',
}

const measures = {
  requests: (row: Row) => 1n + 0n * BigInt(row.mark),
  input_tokens: (row: Row) => BigInt(row.usage.input_tokens),
  cached_input_tokens: (row: Row) => BigInt(row.usage.cached_input_tokens),
  output_tokens: (row: Row) => BigInt(row.usage.output_tokens),
  charge: (row: Row) => row.charge,
  provider_cost: (row: Row) => row.provider_cost,
}

type Measure = keyof typeof measures

export function usageIsSums({ books }: Evidence): string[] {
  return books.flatMap((own) => groupings.flatMap((group) => usageFaults(own, group)))
}

function usageFaults({ org, rows, adjustments, usage }: OrgBooks, group: Group): string[] {
  const byLine = groupBy(
    [...rows, ...adjustments].flatMap((row) => linesOf[group](row).map((line) => ({ line, row }))),
    ({ line }) => line,
  )
  const told = new Map((usage.get(group) ?? []).map((line) => [nameOf[group](line), line]))
  return [...new Set([...byLine.keys(), ...told.keys()])].flatMap((name) => {
    const counted = (byLine.get(name) ?? []).map(({ row }) => row)
    return (Object.keys(measures) as Measure[]).flatMap((measure) => {
      const sum = measured(counted, measure)
      const said = BigInt(told.get(name)?.[measure] ?? 0)
      return said === sum
        ? []
        : [`${org}: usage by '${group}' says ${said} ${measure} for '${name}'; its rows come to ${sum}`]
    })
  })
}

function measured(counted: readonly (Row | Adjustment)[], measure: Measure): bigint {
  return sumOf(counted, (row) => {
    if (row.type === 'request') return measures[measure](row)
    return measure === 'charge' ? row.charge : 0n
  })
}

export function gatewaysTellTheSame({ tellings }: Evidence): string[] {
  return tellings.every((telling) => telling === tellings[0]) ? [] : ['Gateways tell different books.']
}

/** What an admin was told is done counts once. */
export function adminWorkCountsOnce({ books, tenants, acknowledged }: Evidence): string[] {
  const topUps = books.flatMap((own) => own.topUps)
  const adjustments = books.flatMap((own) => own.adjustments)
  const amounts = [...tenants.prepaid.values()].flatMap(({ limitId, amount }) => {
    const limit = books.flatMap(({ limits }) => limits).find(({ id }) => id === limitId)
    const paid = sumOf(
      topUps.filter((topUp) => topUp.limit_id === limitId),
      (topUp) => topUp.amount,
    )
    const first = nanoOf(amount)
    return limit?.amount === first + paid
      ? []
      : [`limit ${limitId} is ${limit?.amount}: it began with ${first}, and ${paid} was paid in`]
  })
  return [
    ...amounts,
    ...onceEach(acknowledged.topUps, topUps),
    ...onceEach(acknowledged.adjustments, adjustments),
  ]
}

function onceEach(told: readonly string[], records: readonly { readonly id: string }[]): string[] {
  const ids = records.map(({ id }) => id)
  return [
    ...repeated(ids).map((id) => `${id} is in the books twice`),
    ...unlike(told, ids).map((id) => `${id} was either told or is in the books, not both`),
  ]
}
