import type { Book } from '../book.ts'
import type { Refusal } from '../call.ts'
import { adjustmentMethods, limitMethods, orgMethods } from '../methods.ts'
import { missing } from '../registry.ts'
import { briefing } from './briefing.ts'
import { edit, type Editing } from './edit.ts'
import { Holds, readReceipt } from './kept.ts'
import { openCall } from './open.ts'
import { exportedRows, pruneRows, requestPage, usageLines } from './reports.ts'
import { extendCall, postCall, settleCall, sweepCalls } from './settle.ts'
import { dropShares, settleShares } from './shares.ts'
import type { Space } from './space.ts'

/** A book whose every method answers later. */
export type RedisBook = {
  [M in keyof Book]: Book[M] extends (...args: infer A) => infer R ? (...args: A) => Promise<R> : never
}

type AdminBook = ReturnType<typeof adminBook>

/** One org's book in Redis. Any number of processes may have it at once. */
export function redisBook(space: Space): RedisBook {
  const holds = new Holds(space)
  const inOrg = async <T>(answer: () => Promise<T>): Promise<T | Refusal> => {
    const exists = await space.connection.command('EXISTS', space.keys.records('org'))
    return exists === 1 ? answer() : missing
  }
  return {
    ...editedMethods(space),
    policy: (keyHash) => briefing(space, keyHash),
    open: (call) => openCall(space, holds, call),
    extend: (id, step) => extendCall(space, holds, { id, step }),
    settle: (settlement) => settleCall(space, holds, settlement),
    post: (posting) => postCall(space, holds, posting),
    sweep: (which) => sweepCalls(space, holds, which),
    nextExpiry: () => nextExpiry(space),
    request: async (id) => (await readReceipt(space, id))?.row ?? missing,
    requests: (query) => inOrg(() => requestPage(space, query)),
    usage: (query) => inOrg(() => usageLines(space, query)),
    exportRows: (query) => inOrg(() => exportedRows(space, query)),
    prune: (endedBefore) => pruneRows(space, { endedBefore, upTo: Infinity }),
  }
}

function adminBook(editing: Editing, now: () => number) {
  const parts = { ...editing, now }
  return { ...orgMethods(parts), ...limitMethods(parts), ...adjustmentMethods(parts) }
}

/** The methods that admins use, each run as an edit. One process makes one edit of an org at a time. */
function editedMethods(space: Space): { [M in keyof AdminBook]: RedisBook[M] } {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work, work)
    last = done
    return done
  }
  const run = (name: keyof AdminBook, args: readonly unknown[]) =>
    edit(space, (editing) =>
      (adminBook(editing, space.now)[name] as (...args: readonly unknown[]) => unknown)(...args),
    )
  // Types cannot follow mapped method lists; the lists are checked against what they stand for.
  const methods = Object.fromEntries([
    ...readNames.map((name) => [name, (...args: unknown[]) => run(name, args)]),
    ...changeNames.map((name) => [name, (...args: unknown[]) => inTurn(() => run(name, args))]),
  ]) as { [M in keyof AdminBook]: RedisBook[M] }
  return {
    ...methods,
    updateLimit: async (id, update, change) => {
      const state = await methods.limit(id)
      if (!('kind' in state)) await settleShares(space, state.limit)
      return methods.updateLimit(id, update, change)
    },
    deleteLimit: async (id, change) => {
      const limit = await methods.deleteLimit(id, change)
      if ('scope' in limit) await dropShares(space, limit)
      return limit
    },
  }
}

/** These wait for nobody. */
const readNames = [
  'org',
  'project',
  'projects',
  'key',
  'keys',
  'limit',
  'limits',
  'limitsOfKey',
  'topUps',
  'adjustments',
  'audit',
] as const satisfies readonly (keyof AdminBook)[]

const changeNames = [
  'createOrg',
  'updateOrg',
  'createProject',
  'updateProject',
  'createKey',
  'updateKey',
  'revokeKey',
  'createLimit',
  'updateLimit',
  'deleteLimit',
  'topUp',
  'adjust',
] as const satisfies readonly (keyof AdminBook)[]

async function nextExpiry({ connection, keys }: Space): Promise<number | undefined> {
  const found = (await connection.command('ZRANGE', keys.leases, '0', '0', 'WITHSCORES')) as string[]
  return found[1] === undefined ? undefined : Math.floor(Number(found[1]))
}
