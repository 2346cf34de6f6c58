import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Arena } from './arena.ts'
import { readRawBooks } from './raw-books.ts'
import type { Scenario } from './scenario.ts'

/** Gateways sweep every five seconds, those on Redis a quarter more or less. */
const sweepEveryMs = 6_250
const slackMs = 2_000
/** Longer than a gateway that stops waits for calls, and then for its ledger. */
const patienceMs = 60_000

/**
 * Waits until nothing is held any more, and has every gateway settle and post what it still has to by stopping it; then they run
 * again. Says what of that did not come about.
 */
export async function comeToRest(
  { pace }: Scenario,
  arena: Arena,
  orgs: readonly string[],
): Promise<string[]> {
  const held = await untilNothingIsHeld(arena, orgs, pace.lease * 1000 + sweepEveryMs + slackMs)
  const codes = await Promise.all(arena.gateways.map((gateway) => gateway.stop(patienceMs)))
  const journals = journalsOf(arena)
  await Promise.all(arena.gateways.map((gateway) => gateway.start()))
  return [
    ...held.map((id) => `${id} is held longer than its lease and a sweep`),
    ...codes.flatMap((code, index) =>
      code === 0 ? [] : [`Gateway ${index} ended its last stop with ${code}`],
    ),
    ...journals.map((name) => `${name} has calls that are not in the books, although the ledger was there`),
  ]
}

async function untilNothingIsHeld(arena: Arena, orgs: readonly string[], forMs: number): Promise<string[]> {
  for (const until = Date.now() + forMs; ;) {
    const raw = await Promise.all(orgs.map((org) => readRawBooks(arena, org)))
    const held = raw.flatMap(({ holds }) => holds)
    if (held.length === 0 || Date.now() > until) return held
    await pause(100)
  }
}

/** The journals of calls that went on without the ledger, as far as anything is in them. */
function journalsOf({ folder }: Arena): string[] {
  const data = join(folder, 'data')
  const isLeft = (name: string) =>
    name.endsWith('.ndjson') && readFileSync(join(data, name), 'utf8').trim() !== ''
  return readdirSync(data).filter(isLeft)
}
