import type { Settlement } from '../ledger/call.ts'
import type { PipelineDeps } from './deps.ts'

type Deps = Pick<PipelineDeps, 'ledger' | 'log'>

const tries = 4
const pauseMs = 250

/** Settles in the ledger, trying again for some seconds. What it cannot tell is left to the sweep: the hold outlives this process. */
export async function settleSurely(deps: Deps, org: string, settlement: Settlement): Promise<void> {
  for (let attempt = 1; attempt <= tries; attempt++) {
    try {
      const answer = await deps.ledger.book.settle(org, settlement)
      if (answer.kind === 'refusal')
        deps.log('error', 'settle-refused', { call: settlement.id, code: answer.code })
      return
    } catch (error) {
      deps.log('error', 'settle-failed', { call: settlement.id, attempt, reason: String(error) })
      if (attempt < tries) await new Promise((resolve) => setTimeout(resolve, pauseMs * 2 ** attempt))
    }
  }
}

/** Gives back what an open may hold whose answer never came: nothing was sent for it. */
export async function giveBack(deps: Deps, org: string, id: string): Promise<void> {
  const settlement = { id, attempts: [], source: 'exact', outcome: 'failed', charge: 0 } as const
  await deps.ledger.book.settle(org, settlement).catch((error: unknown) => {
    deps.log('warn', 'give-back-failed', { call: id, reason: String(error) })
  })
}
