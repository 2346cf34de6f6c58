import type { Settlement } from '../ledger/call.ts'
import type { PipelineDeps } from './deps.ts'
import { growingPauses } from './pauses.ts'

type Deps = Pick<PipelineDeps, 'ledger' | 'log'>

const longestPauseMs = 30_000

/** Settles in the ledger, again and again if need be. What it cannot tell in time is left to the sweep: the hold outlives this process. */
export async function settleSurely(
  deps: Deps & Pick<PipelineDeps, 'settleForMs'>,
  org: string,
  settlement: Settlement,
): Promise<void> {
  const call = settlement.id
  for await (const attempt of growingPauses({ forMs: deps.settleForMs, longestMs: longestPauseMs }))
    try {
      const answer = await deps.ledger.book.settle(org, settlement)
      if (answer.kind === 'refusal') deps.log('error', 'settle-refused', { call, code: answer.code })
      return
    } catch (error) {
      deps.log('error', 'settle-failed', { call, attempt, reason: String(error) })
    }
  deps.log('error', 'settle-given-up', { call })
}

/** Gives back what an open may hold whose answer never came: nothing was sent for it. */
export async function giveBack(deps: Deps, org: string, id: string): Promise<void> {
  const settlement = { id, attempts: [], source: 'exact', outcome: 'failed', charge: 0 } as const
  await deps.ledger.book.settle(org, settlement).catch((error: unknown) => {
    deps.log('warn', 'give-back-failed', { call: id, reason: String(error) })
  })
}
