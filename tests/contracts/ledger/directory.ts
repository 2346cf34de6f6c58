import { expect } from 'vitest'
import type { Promises } from './contract.ts'
import { allPages } from './records.ts'

export function directoryPromises(promises: Promises): void {
  promises('a slug is claimed once, whoever asks again', async ({ slug, ledger: { directory }, clock }) => {
    const claims = await Promise.all(['First', 'Second'].map((name) => directory.claim({ slug, name })))
    // Over several connections either may be the first to arrive.
    const name = claims[0]?.claimed ? 'First' : 'Second'
    const listing = { slug, name, createdAt: clock.time }
    expect(claims.toSorted((a, b) => Number(b.claimed) - Number(a.claimed))).toEqual([
      { claimed: true, listing },
      { claimed: false, listing },
    ])
    await directory.rename(slug, 'Renamed')
    clock.time += 1000
    expect(await directory.claim({ slug, name: 'Third' })).toEqual({
      claimed: false,
      listing: { ...listing, name: 'Renamed' },
    })
  })

  promises('orgs are listed by slug, without gaps, also after a crash', async (org) => {
    const slugs = ['c', 'a', 'd', 'b', 'e'].map((letter) => `${org.slug}${letter}`)
    for (const slug of slugs) await org.ledger.directory.claim({ slug, name: slug })
    await org.crash()
    for (const size of [1, 2, 5, 100]) {
      const listings = await allPages(
        (query) => org.ledger.directory.list(query),
        ({ slug }) => slug,
        size,
      )
      const own = listings.map(({ slug }) => slug).filter((slug) => slug.startsWith(org.slug))
      expect(own).toEqual(slugs.toSorted())
    }
  })

  promises('a setting keeps the first value that it was given', async (org) => {
    const name = `admin-key-${org.slug}`
    expect(await org.ledger.directory.setting(name)).toBeUndefined()
    // Over several connections either may be the first to arrive.
    const [first, second] = await Promise.all(
      ['1', '2'].map((value) => org.ledger.directory.keepSetting(name, value)),
    )
    expect(first).toMatch(/^[12]$/)
    expect(second).toBe(first)
    await org.crash()
    expect(await org.ledger.directory.setting(name)).toBe(first)
    expect(await org.ledger.directory.keepSetting(name, '3')).toBe(first)
  })
}
