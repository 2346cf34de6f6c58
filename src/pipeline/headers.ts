import { formatUsd } from '../core/money.ts'
import { isRate, remainingOf, capacityOf, type LimitState, type Metric } from '../ledger/limit.ts'
import type { Caller } from './answer.ts'

type Headers = Record<string, string>

interface HeadersUp {
  /** Names of the caller's headers that go up. */
  readonly names: readonly string[]
  /** What goes up where the caller sent none. */
  readonly defaults: Readonly<Record<string, string>>
}

/** What goes up beside the operator's credential: the dialect's own headers of the caller, and nothing else that the caller sent. */
export function headersUp(caller: Caller, { names, defaults }: HeadersUp): Headers {
  const headers: Headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'accept-encoding': 'identity',
    'user-agent': 'weir',
    ...defaults,
  }
  copyHeaders(names, (name) => caller.header(name), headers)
  return headers
}

/** What comes down: of the provider's headers those that the dialect lets through, and ours. */
export function headersDown(
  names: readonly string[],
  upstream: Readonly<Record<string, string>>,
  ours: Readonly<Record<string, string>>,
): Headers {
  const headers: Headers = {}
  copyHeaders(names, (name) => upstream[name], headers)
  return Object.assign(headers, ours)
}

function copyHeaders(
  names: readonly string[],
  read: (name: string) => string | undefined,
  into: Headers,
): void {
  for (const name of names) {
    const value = read(name)
    if (value !== undefined) into[name] = value
  }
}

/** What is left of the tightest limit of each kind. */
export function limitHeaders(limits: readonly LimitState[], now: number): Headers {
  const headers: Headers = {}
  describe('requests', tightest(limits, ['requests']), { headers, now })
  describe('tokens', tightest(limits, ['tokens', 'input_tokens', 'output_tokens']), { headers, now })
  const budget = tightest(limits, ['cost'])
  if (budget) headers['x-weir-budget-remaining'] = formatUsd(Math.floor(remainingOf(budget)))
  return headers
}

function tightest(limits: readonly LimitState[], metrics: readonly Metric[]): LimitState | undefined {
  let least: LimitState | undefined
  for (const state of limits)
    if (metrics.includes(state.limit.metric) && (!least || remainingOf(state) < remainingOf(least)))
      least = state
  return least
}

function describe(
  kind: string,
  state: LimitState | undefined,
  { headers, now }: { headers: Headers; now: number },
): void {
  if (!state) return
  headers[`x-ratelimit-limit-${kind}`] = String(capacityOf(state.limit))
  headers[`x-ratelimit-remaining-${kind}`] = String(Math.floor(remainingOf(state)))
  if (state.resetsAt !== undefined)
    headers[`x-ratelimit-reset-${kind}`] = duration(state.resetsAt - now, isRate(state.limit))
}

/** A span as OpenAI writes it: `120ms` or `6m0s`. */
function duration(milliseconds: number, fine: boolean): string {
  if (fine && milliseconds < 1000) return `${Math.max(0, Math.ceil(milliseconds))}ms`
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000))
  const minutes = Math.floor(seconds / 60)
  return minutes > 0 ? `${minutes}m${seconds % 60}s` : `${seconds}s`
}
