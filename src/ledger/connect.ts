import type { Book } from './book.ts'
import type { Call, Directory, Ledger } from './ledger.ts'

/** Every method of a book that may be called from elsewhere. */
export const bookMethods = [
  'policy',
  'open',
  'extend',
  'settle',
  'post',
  'sweep',
  'nextExpiry',
  'createOrg',
  'org',
  'updateOrg',
  'createProject',
  'project',
  'projects',
  'updateProject',
  'createKey',
  'key',
  'keys',
  'updateKey',
  'revokeKey',
  'createLimit',
  'limit',
  'limits',
  'limitsOfKey',
  'updateLimit',
  'deleteLimit',
  'topUp',
  'topUps',
  'request',
  'requests',
  'usage',
  'exportRows',
  'adjust',
  'adjustments',
  'prune',
  'audit',
] as const satisfies readonly (keyof Book)[]

export const directoryMethods = [
  'claim',
  'rename',
  'list',
  'setting',
  'keepSetting',
] as const satisfies readonly (keyof Directory)[]

/** How to reach the books and the directory, wherever they are. */
export interface Connection {
  readonly book: (org: string) => Call<Book>
  readonly directory: Call<Directory>
  readonly close: () => Promise<void>
}

/** A ledger out of a way to call its parts: one asynchronous method for each of theirs. */
export function connectLedger({ book, directory, close }: Connection): Ledger {
  const books = bookMethods.map((method) => [
    method,
    (org: string, ...args: never) => book(org)(method, args),
  ])
  const directories = directoryMethods.map((method) => [method, (...args: never) => directory(method, args)])
  // Types cannot follow a mapped method list; the lists above are checked against the interfaces.
  return {
    book: Object.fromEntries(books) as Ledger['book'],
    directory: Object.fromEntries(directories) as Ledger['directory'],
    close,
  }
}
