import * as admissions from './audit/admissions.ts'
import * as bills from './audit/bills.ts'
import * as calls from './audit/calls.ts'
import * as concurrency from './audit/concurrency.ts'
import * as rates from './audit/rates.ts'
import * as refusals from './audit/refusals.ts'
import * as sums from './audit/sums.ts'
import type { Evidence } from './evidence.ts'

/** Something that must hold of every run, and what in this one contradicts it. */
export interface Finding {
  readonly claim: string
  readonly faults: readonly string[]
}

/** All that must hold, in plain words. */
const claims: Readonly<Record<string, (evidence: Evidence) => string[]>> = {
  'every answered call has its row': calls.answeredCallsHaveRows,
  'every row is of a call that was made': calls.rowsAreOfCalls,
  'no call is in the books twice': calls.noCallIsTwice,
  'nothing that the books told is taken back': calls.nothingTakenBack,
  'every request at a provider has a row': calls.everyRequestHasARow,
  'refused calls were not sent': calls.refusedCallsWereNotSent,
  'refusals are right by their own account': refusals.refusalsAreRight,
  'calls answered in quiet times are exact': calls.quietCallsAreExact,
  'counters are the sums of their rows': sums.countersAreSums,
  'stored counters too, in every window': sums.storedCountersAreSums,
  'usage queries are the sums of the rows': sums.usageIsSums,
  'nothing is held or under way': sums.nothingIsHeld,
  'all gateways tell the same': sums.gatewaysTellTheSame,
  'top-ups and corrections count once': sums.adminWorkCountsOnce,
  'exact attempts are what providers billed': bills.exactIsBilled,
  'exact rows sum to the bills for them': bills.exactSumsAgree,
  'charges are usage times price, within holds': bills.chargesArePriced,
  'lost calls used no more than they held': bills.lostCallsAreCovered,
  'no call was let in beyond a budget': admissions.admissionsHadRoom,
  'no budget was overrun beyond its bound': admissions.budgetsHeld,
  'buckets are the sums of their rows': rates.bucketsAreSums,
  'no call was let in beyond a rate': rates.ratesHeld,
  'providers saw no more calls at once': concurrency.providersSawNoMore,
  'processes did as they should': ({ mishaps }) => [...mishaps],
}

export function audit(evidence: Evidence): Finding[] {
  return Object.entries(claims).map(([claim, check]) => ({ claim, faults: check(evidence) }))
}
