import type { Book } from './book.ts'
import type { Page, PageQuery } from './records.ts'

/** An org as the directory lists it. */
export interface Listing {
  readonly slug: string
  readonly name: string
  readonly createdAt: number
}

/** The list of orgs. A slug that was claimed once is never free again. */
export interface Directory {
  /** Claims a slug, or answers with the listing that has it. */
  claim(listing: { slug: string; name: string }): { readonly claimed: boolean; readonly listing: Listing }
  rename(slug: string, name: string): void
  list(query: PageQuery): Page<Listing>
  /** Small settings of the whole gateway, such as the hash of the root admin key. */
  setting(name: string): string | undefined
  /** Keeps the first value that a name was given, and answers with it. */
  keepSetting(name: string, value: string): string
}

type Remote<T> = {
  [M in keyof T]: T[M] extends (...args: infer A) => infer R ? (...args: A) => Promise<R> : never
}
type ByOrg<T> = {
  [M in keyof T]: T[M] extends (...args: infer A) => infer R ? (org: string, ...args: A) => Promise<R> : never
}

/** Every org's book, wherever it is kept, and the directory of them. Rejects only if the ledger cannot be reached. */
export interface Ledger {
  readonly book: ByOrg<Book>
  readonly directory: Remote<Directory>
  /** Waits for what was accepted to be written, and closes. */
  close(): Promise<void>
}

/** Calls one method of something elsewhere. */
export type Call<T> = <M extends keyof T & string>(
  method: M,
  args: T[M] extends (...args: infer A) => unknown ? A : never,
) => Promise<T[M] extends (...args: never) => infer R ? R : never>
