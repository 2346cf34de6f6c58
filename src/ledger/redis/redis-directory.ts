import type { Ledger, Listing } from '../ledger.ts'
import type { RedisConnection } from './connection.ts'
import type { RedisClock } from './space.ts'

const orgs = 'weir:orgs'
const slugs = 'weir:orgs:slugs'
const settings = 'weir:settings'

/** The list of orgs. Its keys need not be of one place in a cluster: no step touches two that must agree. */
export function redisDirectory(
  { command }: Pick<RedisConnection, 'command'>,
  clock: RedisClock,
): Ledger['directory'] {
  const find = async (slug: string) => listingOf(await command('HGET', orgs, slug))
  return {
    async claim({ slug, name }) {
      const listing: Listing = { slug, name, createdAt: clock.now() }
      const claimed = (await command('HSETNX', orgs, slug, JSON.stringify(listing))) === 1
      // Also for one that was claimed before: whoever claimed it may have died in between.
      await command('ZADD', slugs, '0', slug)
      return { claimed, listing: (await find(slug)) ?? listing }
    },
    async rename(slug, name) {
      const known = await find(slug)
      if (known) await command('HSET', orgs, slug, JSON.stringify({ ...known, name }))
    },
    async list({ after, limit }) {
      const from = after === undefined ? '-' : `(${after}`
      const range = [slugs, from, '+', 'LIMIT', '0', String(limit + 1)]
      const found = (await command('ZRANGEBYLEX', ...range)) as string[]
      const listings = await Promise.all(found.slice(0, limit).map(find))
      return { data: listings.flatMap((listing) => listing ?? []), hasMore: found.length > limit }
    },
    setting: (name) => settingOf(command, name),
    async keepSetting(name, value) {
      await command('HSETNX', settings, name, value)
      return (await settingOf(command, name)) ?? value
    },
  }
}

async function settingOf(command: RedisConnection['command'], name: string): Promise<string | undefined> {
  const value = await command('HGET', settings, name)
  return typeof value === 'string' ? value : undefined
}

function listingOf(text: unknown): Listing | undefined {
  return typeof text === 'string' ? (JSON.parse(text) as Listing) : undefined
}
