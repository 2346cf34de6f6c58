import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { Accountant } from './accountant.ts'
import { Admin } from './admin.ts'
import { startArena, type Arena } from './arena.ts'
import { audit, type Finding } from './auditor.ts'
import { readAlike, readBooks } from './books.ts'
import type { Evidence } from './evidence.ts'
import { Follower } from './follower.ts'
import { Lookout } from './lookout.ts'
import { Monkey } from './monkey.ts'
import { ProviderWatch } from './provider-watch.ts'
import { Random } from './random.ts'
import { comeToRest } from './rest.ts'
import type { Scenario } from './scenario.ts'
import { createTenants } from './tenants.ts'
import { write, type Told } from './writers.ts'

/** How a run went. */
export interface Outcome {
  readonly scenario: Scenario
  readonly evidence: Evidence
  readonly findings: readonly Finding[]
  /** Where its data stand, if anything was found. */
  readonly folder: string | undefined
}

/** Plays a scenario against real gateways, lets all come to rest, and audits the books. */
export async function playChaos(scenario: Scenario): Promise<Outcome> {
  const arena = await startArena(scenario)
  let isSound = false
  try {
    const evidence = await gather(scenario, arena)
    const findings = audit(evidence)
    isSound = findings.every(({ faults }) => faults.length === 0)
    return { scenario, evidence, findings, folder: isSound ? undefined : arena.folder }
  } catch (error) {
    const message = `The run of CHAOS_SEED=${scenario.seed} broke off; its data are in ${arena.folder}.`
    throw new Error(message, { cause: error })
  } finally {
    await arena.stop(!isSound)
  }
}

async function gather(scenario: Scenario, arena: Arena): Promise<Evidence> {
  const urls = arena.gateways.map(({ url }) => url)
  const admin = new Admin(urls)
  const tenants = await createTenants(admin, scenario)
  const followers = tenants.orgs.map((org) => new Follower(admin, org))
  const lookouts = tenants.orgs.map((org) => new Lookout(admin, org))
  const accountant = new Accountant({ admin, tenants, followers, random: new Random(scenario.seed + 1) })
  const monkey = new Monkey(arena)
  const watch = new ProviderWatch(arena)
  const told: Told[] = []
  const onTold = (call: Told) => {
    told.push(call)
    accountant.hear(call)
  }
  const until = Date.now() + scenario.seconds * 1000
  const watching = [...followers, ...lookouts].map((watcher) => lookUntil(watcher, until))
  await Promise.all([
    monkey.play(scenario),
    write({ scenario, urls, callers: tenants.callers, onTold }),
    accountant.work(until),
    ...watching,
  ])
  await accountant.finish()
  const unrest = await comeToRest(scenario, arena, tenants.orgs)
  await Promise.all(followers.map((follower) => follower.look()))
  const books = []
  for (const org of tenants.orgs) books.push(await readBooks(admin, arena, org))
  const tellings = await Promise.all(urls.map((url) => readAlike(admin, url, tenants.orgs)))
  return {
    scenario,
    tenants,
    told,
    served: watch.end(),
    books,
    followers,
    beyond: new Map(lookouts.flatMap(({ beyond }) => [...beyond])),
    acknowledged: accountant,
    faults: monkey.made,
    mishaps: [...unrest, ...accountant.refused, ...monkey.failures, ...mishapsOf(arena, monkey)],
    tellings,
  }
}

const lookEveryMs = 150

async function lookUntil(watcher: { look(): Promise<void> }, until: number): Promise<void> {
  while (Date.now() < until) {
    await watcher.look()
    await pause(lookEveryMs)
  }
}

/** What gateways did by themselves that they should not. */
function mishapsOf({ gateways }: Arena, { made }: Monkey): string[] {
  return [
    ...gateways.flatMap(({ crashes }) => crashes.map((crash) => `A gateway ended by itself: ${crash}`)),
    ...gateways.flatMap(({ logFile }) => unexpectedErrors(logFile)),
    ...made
      .filter(({ kind, exitCode, forMs }) => kind === 'stop-gateway' && exitCode !== 0 && forMs > patientMs)
      .map(({ target, exitCode }) => `Gateway ${target} was asked to stop, and ended with ${exitCode}`),
    ...made.flatMap(({ leftHeld = [] }) =>
      leftHeld.map((id) => `${id} was still held when its gateway had stopped`),
    ),
  ]
}

/** A gateway that was given so long to stop must do so. */
const patientMs = 30_000

function unexpectedErrors(logFile: string): string[] {
  const lines = readFileSync(logFile, 'utf8').split('\n')
  return lines
    .filter(
      (line) => line.includes('"event":"unexpected-error"') || line.includes('"event":"shutdown-failed"'),
    )
    .map((line) => `A gateway logged: ${line}`)
}
