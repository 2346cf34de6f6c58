import { mkdirSync } from 'node:fs'
import type { Log } from '../../core/log.ts'
import type { Settlement } from '../../ledger/call.ts'
import type { Journal, JournalEntry, LeftEntry } from '../../pipeline/journal.ts'
import { LineFile } from './journal-lines.ts'
import { emptyAndRelease, takeJournals } from './journal-slots.ts'

type Line = { readonly begin: JournalEntry } | { readonly end: Settlement } | { readonly posted: string }

/**
 * The journal of a Node gateway: a file in its data folder that is only ever appended to, and emptied once all of it is in the
 * books. What is in it is on the disk before anything is sent: amounts and the hash of the key, never a text.
 */
export async function fileJournal(folder: string): Promise<Journal & { close(): Promise<void> }> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { own, others } = takeJournals(folder)
  const file = await LineFile.open(own.path)
  const write = (line: Line) => file.append(JSON.stringify(line))
  const adopted = others.flatMap(({ text }) => readLeft(text))
  await Promise.all(adopted.flatMap(linesOf).map(write))
  // Only now that they are on the disk here, too.
  others.forEach(emptyAndRelease)
  const left = [...readLeft(own.text), ...adopted]
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

/** The journal, or one that takes nothing where the folder cannot be written: then no call goes on without the ledger. */
export async function openJournal(folder: string, log: Log): ReturnType<typeof fileJournal> {
  try {
    return await fileJournal(folder)
  } catch (error) {
    log('error', 'journal-unavailable', { reason: String(error) })
    const refuse = () => Promise.reject(new Error('There is no journal.'))
    return { complete: true, left: [], begin: refuse, end: refuse, posted: () => {}, close: async () => {} }
  }
}

/** What began and is not in the books. A line that was torn as its process died is one that nothing was built upon. */
function readLeft(text: string): readonly LeftEntry[] {
  const entries = new Map<string, LeftEntry>()
  for (const line of text.split('\n').flatMap(parse)) {
    if ('begin' in line) entries.set(line.begin.call.id, line.begin)
    else if ('posted' in line) entries.delete(line.posted)
    else {
      const entry = entries.get(line.end.id)
      if (entry) entries.set(line.end.id, { ...entry, settlement: line.end })
    }
  }
  return [...entries.values()]
}

function linesOf({ settlement, ...entry }: LeftEntry): Line[] {
  return [{ begin: entry }, ...(settlement ? [{ end: settlement }] : [])]
}

function parse(text: string): Line[] {
  if (text === '') return []
  try {
    // Whole lines are ours.
    return [JSON.parse(text) as Line]
  } catch {
    return []
  }
}
