import { hashKey } from '../../../src/ledger/key-hash.ts'
import { eachEndUser } from '../../../src/ledger/limit.ts'
import { windowOf } from '../../../src/ledger/window.ts'
import { exported } from './exports.ts'
import { idOf, root } from './harness.ts'
import { administer, createLimit } from './model-admin.ts'
import { crash, extend, open, post, postKnown, reopen, settle, sweep } from './model-calls.ts'
import { allPages } from './records.ts'
import { pick, type Script, type Step } from './script.ts'
import { endUsers } from './scripts.ts'
import type { World } from './world.ts'

/** What an org of a script begins with. */
export async function start(world: World, { budget, limits }: Script): Promise<void> {
  const { slug, projectId } = world.org
  await world.both((book) => book.createOrg({ slug, name: 'Model' }, root))
  await world.both((book) => book.createProject({ id: projectId, name: 'project' }, root))
  for (const owner of [{ projectId }, { projectId }, {}]) {
    const id = idOf('key', slug)
    const key = { id, hash: hashKey(id), ...owner }
    await world.both((book) => book.createKey({ ...key, name: 'key', scopes: ['call'], limits: [] }, root))
    world.keys.push(key)
  }
  const all = { on: 'org', who: '*', burst: undefined, models: undefined } as const
  await createLimit(world, { ...all, metric: 'cost', per: 'lifetime', amount: budget })
  for (const terms of limits) await createLimit(world, terms)
}

/** Takes one step on both: every answer must be the same. */
export async function take(world: World, step: Step): Promise<void> {
  switch (step.do) {
    case 'open':
      return open(world, step)
    case 'reopen':
      return reopen(world, step)
    case 'extend':
      return extend(world, step)
    case 'settle':
      return settle(world, step)
    case 'post':
      return post(world, step)
    case 'post-known':
      return postKnown(world, step)
    default:
      return takeOther(world, step)
  }
}

type Other = Exclude<Step, { do: 'open' | 'reopen' | 'extend' | 'settle' | 'post' | 'post-known' }>

async function takeOther(world: World, step: Other): Promise<void> {
  switch (step.do) {
    case 'sweep':
      return sweep(world)
    case 'crash':
      return crash(world)
    case 'clock':
      world.clock.time += step.by
      return
    case 'midnight':
      world.clock.time = windowOf('day', world.clock.time, step.timezone).end - step.before
      return
    case 'export':
      return poll(world, step.limit)
    case 'prune':
      return prune(world, world.clock.time - step.ago)
    default:
      return administer(world, step)
  }
}

/** What must be so after every step. */
export async function check(world: World, count = 0): Promise<void> {
  await world.both((book) => book.limits({ limit: 100 }))
  await world.both((book) => book.nextExpiry())
  const each = world.limits.filter(({ scope }) => scope.type === 'end_user' && scope.id === eachEndUser)
  for (const { id } of each)
    for (const endUser of endUsers) await world.both((book) => book.limit(id, endUser))
  await world.both((book) => book.policy(pick(world.keys, count)?.hash ?? ''))
  world.oracle.check(await world.org.state(world.limits[0]?.id ?? ''))
}

/** Exports what is new. Marks are an engine's own, so each has its own exporter; here only the ledger's is kept. */
export async function poll(world: World, limit: number): Promise<void> {
  for (const { mark, row } of await exported(world.org.book, { after: world.exportedTo, limit })) {
    world.exportedTo = mark
    world.seen.set(row.id, row)
  }
}

/** Prunes what was exported. */
async function prune(world: World, endedBefore: number): Promise<void> {
  await poll(world, 100)
  if ((await world.both((book) => book.prune(endedBefore))) === 0) return
  const rows = await allPages(
    (query) => world.both((book) => book.requests(query)),
    ({ id }) => id,
    100,
  )
  const left = new Set(rows.map(({ id }) => id))
  for (const known of world.calls) known.isGone = world.seen.has(known.call.id) && !left.has(known.call.id)
}
