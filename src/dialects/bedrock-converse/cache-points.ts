import type { CacheMark } from '../../core/chat/call.ts'
import type { Block } from './encoding.ts'

/** Bedrock takes so many in one request. */
const mostPoints = 4

export function cachePoint({ ttl }: CacheMark): Block {
  // Five minutes is what it is without a word, and what older models know.
  return { cachePoint: { type: 'default', ...(ttl === '1h' && { ttl }) } }
}

export function isCachePoint(block: Block): boolean {
  return 'cachePoint' in block
}

/** The lists of blocks of a request, in the order of the prompt, with as many points as it may have: the later ones say more. */
export function withFewPoints(lists: readonly (readonly Block[])[], dropped: Set<string>): Block[][] {
  const surplus = lists.flat().filter(isCachePoint).length - mostPoints
  if (surplus > 0) dropped.add('cache_control')
  let seen = 0
  return lists.map((blocks) => blocks.filter((block) => !isCachePoint(block) || ++seen > surplus))
}
