import { mkdirSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../core/log.ts'
import type { Settlement } from '../../ledger/call.ts'
import { isSoundCall, isSoundSettlement } from '../../ledger/soundness.ts'
import type { Journal, JournalEntry, LeftEntry } from '../../pipeline/journal.ts'
import { LineFile } from './journal-lines.ts'
import { emptyAndRelease, takeJournals } from './journal-slots.ts'

type Line = { readonly begin: JournalEntry } | { readonly end: Settlement } | { readonly posted: string }

/**
 * The journal of a Node gateway: a file in its data folder that is only ever appended to, and emptied once all of it is in the
 * books. What is in it is on the disk before anything is sent: amounts and the hash of the key, never a text.
 */
export async function fileJournal(folder: string, log: Log): Promise<Journal & { close(): Promise<void> }> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { own, others } = takeJournals(folder)
  const file = await LineFile.open(own.path)
  const write = (line: Line) => file.append(JSON.stringify(line))
  const read = [own, ...others].map(({ text }) => readLeft(text))
  const adopted = read.slice(1).flatMap((journal) => journal.left)
  await setAside(
    folder,
    read.flatMap((journal) => journal.damaged),
    log,
  )
  await Promise.all(adopted.flatMap(linesOf).map(write))

  // Only now that they are on the disk here, too.
  others.forEach(emptyAndRelease)
  const left = read.flatMap((journal) => journal.left)
  const unposted = new Set(left.map(({ call }) => call.id))
  if (unposted.size === 0) await file.empty()
  return {
    complete: true,
    left,
    begin(entry) {
      unposted.add(entry.call.id)
      return write({ begin: entry })
    },
    end: (settlement) => write({ end: settlement }),
    posted(id) {
      unposted.delete(id)
      // Nobody need wait: to post twice is to post once.
      const done = unposted.size > 0 ? write({ posted: id }) : file.empty()
      done.catch(() => {})
    },
    async close() {
      await file.close()
      own.release()
    },
  }
}

/** Keeps lines that cannot be read for whoever looks into it: they may be all that is known of a call. */
async function setAside(folder: string, lines: readonly string[], log: Log): Promise<void> {
  if (lines.length === 0) return
  log('error', 'journal-damaged', { lines: lines.length, kept: 'journal-damaged.txt' })
  await appendFile(join(folder, 'journal-damaged.txt'), `${lines.join('\n')}\n`, { mode: 0o600 })
}

/** The journal, or one that takes nothing where the folder cannot be written: then no call goes on without the ledger. */
export async function openJournal(folder: string, log: Log): ReturnType<typeof fileJournal> {
  try {
    return await fileJournal(folder, log)
  } catch (error) {
    log('error', 'journal-unavailable', { reason: String(error) })
    const refuse = () => Promise.reject(new Error('There is no journal.'))
    return { complete: true, left: [], begin: refuse, end: refuse, posted: () => {}, close: async () => {} }
  }
}

/** What began and is not in the books. Lines that are none of ours, as after a hand or a disk touched the file, are left out. */
function readLeft(text: string): {
  readonly left: readonly LeftEntry[]
  readonly damaged: readonly string[]
} {
  const entries = new Map<string, LeftEntry>()
  const damaged: string[] = []
  // The last one was torn as its process died: nothing was built upon it.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  for (const written of whole.split('\n').filter((line) => line !== '')) {
    const line = parse(written)
    if (!line) damaged.push(written)
    else if ('begin' in line) entries.set(line.begin.call.id, line.begin)
    else if ('posted' in line) entries.delete(line.posted)
    else {
      const entry = entries.get(line.end.id)
      if (entry) entries.set(line.end.id, { ...entry, settlement: line.end })
    }
  }
  return { left: [...entries.values()], damaged }
}

function linesOf({ settlement, ...entry }: LeftEntry): Line[] {
  return [{ begin: entry }, ...(settlement ? [{ end: settlement }] : [])]
}

function parse(text: string): Line | undefined {
  try {
    const line = JSON.parse(text) as Line
    if ('posted' in line) return typeof line.posted === 'string' ? line : undefined
    if ('end' in line) return isSoundSettlement(line.end) ? line : undefined
    const { org, call, openedAt } = line.begin
    const isSound = typeof org === 'string' && Number.isSafeInteger(openedAt) && isSoundCall(call)
    return isSound ? line : undefined
  } catch {
    return undefined
  }
}
