import { WeirError } from '../../core/errors.ts'
import { hashKey } from '../../ledger/key-hash.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Change, Created, Org } from '../../ledger/records.ts'
import { ask } from './errors.ts'

interface WantedOrg {
  readonly name: string
  readonly slug?: string | undefined
}

interface NewOrg {
  readonly name: string
  readonly slug: string
}

/**
 * Claims a slug in the directory, then creates the org's book. A gateway that dies in between leaves a slug without
 * a book, so it is the book that says whether an org exists: whoever asks for that slug again completes it.
 */
export async function createOrg(ledger: Ledger, wanted: WantedOrg, change: Change): Promise<Created<Org>> {
  const { name, slug } = wanted
  const before = await madeBefore(ledger, change)
  if (before !== undefined) {
    if (slug !== undefined && slug !== before) throw conflict('The idempotency key was used for another org.')
    return ask(ledger.book.createOrg(before, { name, slug: before }, change))
  }
  if (slug !== undefined) return createAt(ledger, { name, slug }, change)
  for (const candidate of slugsFor(name)) {
    const created = await createAt(ledger, { name, slug: candidate }, change).catch(unless('conflict'))
    if (created) return created
  }
  throw conflict('No free slug was found for this name: give one.')
}

async function createAt(ledger: Ledger, org: NewOrg, change: Change): Promise<Created<Org>> {
  const taken = conflict('This slug is taken, or was once.')
  const { claimed, listing } = await ask(ledger.directory.claim(org))
  if (!claimed && (await ask(ledger.book.org(org.slug)).catch(unless('not_found')))) throw taken
  await remember(ledger, org.slug, change)
  const created = await ask(ledger.book.createOrg(org.slug, org, change))
  // Somebody else who asked for it at the same time was faster.
  if (created.replayed) throw taken
  if (listing.name !== org.name) await ask(ledger.directory.rename(org.slug, org.name))
  return created
}

// Until an org exists there is no book to remember an idempotency key, so the directory does.
async function remember(ledger: Ledger, slug: string, change: Change): Promise<void> {
  const name = settingFor(change)
  if (name === undefined) return
  const kept = await ask(ledger.directory.keepSetting(name, slug))
  if (kept !== slug) throw conflict('The idempotency key is being used for another org.')
}

async function madeBefore(ledger: Ledger, change: Change): Promise<string | undefined> {
  const name = settingFor(change)
  return name === undefined ? undefined : ask(ledger.directory.setting(name))
}

function settingFor({ actor, idempotencyKey }: Change): string | undefined {
  return idempotencyKey === undefined ? undefined : `org-made:${hashKey(`${actor} ${idempotencyKey}`)}`
}

function conflict(message: string): WeirError {
  return new WeirError('conflict', message, { param: 'slug' })
}

/** Takes one error as "no", and throws on every other. */
function unless(code: WeirError['code']): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof WeirError && error.code === code) return undefined
    throw error
  }
}

/** The name's own letters first, then with something random behind them. */
function* slugsFor(name: string): Generator<string> {
  const letters = name.toLowerCase().replace(/[^a-z0-9]/g, '')
  if (letters.length >= 2) yield letters.slice(0, 20)
  for (let tries = 0; tries < 4; tries++)
    yield `${letters.slice(0, 14) || 'org'}${crypto.randomUUID().slice(0, 6)}`
}
