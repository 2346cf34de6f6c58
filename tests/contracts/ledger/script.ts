import type { Amounts } from '../../../src/core/amounts.ts'
import type { Outcome } from '../../../src/ledger/call.ts'
import type { Limit, Metric, Period, ScopeType } from '../../../src/ledger/limit.ts'
import type { LimitUpdate } from '../../../src/ledger/records.ts'

/** A story of one org, made at random: what it starts with, and what then happens. Calls, keys and limits go by number, modulo how many there are. */
export interface Script {
  readonly start: number
  /** The lifetime cost limit of the org that an oracle follows. */
  readonly budget: number
  readonly limits: readonly Terms[]
  readonly steps: readonly Step[]
}

/** A limit, before it has an id. */
export interface Terms extends Pick<Limit, 'mode' | 'onLost' | 'timezone'> {
  readonly on: ScopeType
  /** Of a limit on end users: which one, or `*`. */
  readonly who: string
  readonly metric: Metric
  readonly per: Period
  readonly amount: number
  readonly burst: number | undefined
  readonly models: readonly string[] | undefined
}

export interface Option {
  readonly model: string
  readonly hold: Amounts
  readonly floor: Amounts
}

/** A call, before it has an id. */
export interface Asked {
  readonly key: number
  readonly options: readonly Option[]
  readonly endUser: string | undefined
  readonly tags: Readonly<Record<string, string>> | undefined
}

export interface Ending {
  readonly attempts: number
  readonly served: boolean
  readonly percent: number
  readonly source: 'exact' | 'counted' | 'floor'
  readonly outcome: Outcome
}

type CallStep =
  /** `stale`: under a policy that is none. */
  | ({ readonly do: 'open'; readonly stale: boolean } & Asked)
  | { readonly do: 'reopen'; readonly call: number }
  | {
      readonly do: 'extend'
      readonly call: number
      readonly ahead: number
      readonly candidate: number
      readonly more: Amounts
      readonly soFar: Amounts
    }
  | ({ readonly do: 'settle'; readonly call: number } & Ending)
  /** So many calls, all opened so long ago. */
  | ({ readonly do: 'post'; readonly ago: number; readonly times: number } & Asked & Ending)
  | ({ readonly do: 'post-known'; readonly call: number } & Ending)
  | { readonly do: 'sweep' }
  | { readonly do: 'crash' }

type TimeStep =
  | { readonly do: 'clock'; readonly by: number }
  /** So long before the next midnight in a zone. */
  | { readonly do: 'midnight'; readonly before: number; readonly timezone: string | undefined }

export type AdminStep =
  | { readonly do: 'create-limit'; readonly terms: Terms }
  | { readonly do: 'update-limit'; readonly limit: number; readonly update: LimitUpdate }
  | { readonly do: 'delete-limit'; readonly limit: number }
  | { readonly do: 'top-up'; readonly limit: number; readonly amount: number }
  | {
      readonly do: 'adjust'
      readonly on: 'call' | 'key' | 'project' | 'org'
      readonly index: number
      readonly charge: number
    }
  | { readonly do: 'suspend'; readonly who: 'org' | 'project'; readonly suspended: boolean }
  | { readonly do: 'change-rate'; readonly basisPoints: number }
  | { readonly do: 'change-key'; readonly key: number; readonly allowance: number | null }
  | { readonly do: 'revoke-key'; readonly key: number }

type ReportStep =
  { readonly do: 'export'; readonly limit: number } | { readonly do: 'prune'; readonly ago: number }

export type Step = CallStep | TimeStep | AdminStep | ReportStep
export type StepOf<Kind extends Step['do']> = Extract<Step, { do: Kind }>

/** So many per cent of amounts. */
export function portion(amounts: Amounts, percent: number): Amounts {
  const of = (amount: number) => Math.floor((amount * percent) / 100)
  return {
    inputTokens: of(amounts.inputTokens),
    outputTokens: of(amounts.outputTokens),
    cost: of(amounts.cost),
  }
}

export function pick<T>(from: readonly T[], index: number): T | undefined {
  return from[index % from.length]
}
