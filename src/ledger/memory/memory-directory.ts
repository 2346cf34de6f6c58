import type { Directory, Listing } from '../ledger.ts'

/** The directory in a map. For tests only. */
export function memoryDirectory(now: () => number): Directory {
  const orgs = new Map<string, Listing>()
  const settings = new Map<string, string>()
  return {
    claim({ slug, name }) {
      const known = orgs.get(slug)
      if (known) return { claimed: false, listing: known }
      const listing = { slug, name, createdAt: now() }
      orgs.set(slug, listing)
      return { claimed: true, listing }
    },
    rename(slug, name) {
      const known = orgs.get(slug)
      if (known) orgs.set(slug, { ...known, name })
    },
    list({ after = '', limit }) {
      const slugs = [...orgs.keys()].filter((slug) => slug > after).toSorted()
      const data = slugs.slice(0, limit).flatMap((slug) => orgs.get(slug) ?? [])
      return { data, hasMore: slugs.length > limit }
    },
    setting: (name) => settings.get(name),
    keepSetting(name, value) {
      if (!settings.has(name)) settings.set(name, value)
      return settings.get(name) ?? value
    },
  }
}
