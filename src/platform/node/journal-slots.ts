import { existsSync, readdirSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** A journal that is this process's alone. */
export interface TakenJournal {
  readonly path: string
  readonly text: string
  release(): void
}

interface TakenJournals {
  readonly own: TakenJournal
  /** Those of processes that are gone, as far as anything is in them. */
  readonly others: readonly TakenJournal[]
}

/** More gateways do not share one folder. */
const mostSlots = 1_000

/** Takes a journal for this process: gateways that share a Redis may share a folder, too. And those that nobody has any more. */
export function takeJournals(folder: string): TakenJournals {
  let own: TakenJournal | undefined
  let slot = 1
  for (; !own && slot <= mostSlots; slot++) own = take(folder, slot)
  if (!own) throw new Error(`${folder} is the data folder of too many gateways.`)
  const others = readdirSync(folder)
    .map((name) => Number(/^journal-(\d+)\.ndjson$/.exec(name)?.[1] ?? 0))
    .filter((other) => other > 0 && other !== slot - 1)
    .flatMap((other) => take(folder, other) ?? [])
  for (const { text, release } of others) if (text === '') release()
  return { own, others: others.filter(({ text }) => text !== '') }
}

export function emptyAndRelease({ path, release }: TakenJournal): void {
  truncateSync(path)
  release()
}

/** Undefined if a process that lives has it: the lock is the operating system's, and ends with its process. */
function take(folder: string, slot: number): TakenJournal | undefined {
  const path = join(folder, `journal-${slot}.ndjson`)
  const lock = new DatabaseSync(join(folder, `journal-${slot}.lock`))
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch {
    lock.close()
    return undefined
  }
  return { path, text: existsSync(path) ? readFileSync(path, 'utf8') : '', release: () => lock.close() }
}
