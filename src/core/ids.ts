import { uuidv7 } from 'uuidv7'

/** Ids name what they are of, and their org: `<kind>_<org>_<uuidv7>`, so nothing needs to be looked up to find the ledger. */
export type IdKind = 'req' | 'key' | 'prj' | 'lim' | 'aud' | 'top' | 'adj'

const slugPattern = /^(eu-)?[a-z0-9]{2,20}$/

/** Whether a text may be the slug of an org: 2 to 20 of a-z and 0-9, with `eu-` in front where it is pinned to that jurisdiction. */
export function isSlug(text: string): boolean {
  return slugPattern.test(text)
}

/** A fresh id. UUIDs of version 7 sort by time. */
export function newId(kind: IdKind, org: string): string {
  return `${kind}_${org}_${uuidv7()}`
}

export function orgId(slug: string): string {
  return `org_${slug}`
}

const idPattern =
  /^(req|key|prj|lim|aud|top|adj)_((?:eu-)?[a-z0-9]{2,20})_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The org that an id names, or undefined if the text is no id of that kind. */
export function orgOfId(kind: IdKind, id: string): string | undefined {
  const match = idPattern.exec(id)
  return match?.[1] === kind ? match[2] : undefined
}

/** The slug behind `org_<slug>` or a bare slug, or undefined if it is neither. */
export function slugOf(text: string): string | undefined {
  const slug = text.startsWith('org_') ? text.slice(4) : text
  return isSlug(slug) ? slug : undefined
}
