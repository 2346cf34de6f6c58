import type { CacheMark, TextPart } from '../../core/chat/call.ts'
import { listOf, type Fields } from '../fields.ts'
import { invalid } from '../json-request.ts'
import { readCitations } from './citations.ts'
import { objectAt, textAt } from './strictly.ts'

/** Where a block stands, and where to put down what no other dialect can carry. */
export interface Reading {
  readonly at: string
  readonly foreign: Set<string>
}

export function cacheOf(block: Fields, at: string): { readonly cache?: CacheMark } {
  const mark = block['cache_control'] ?? undefined
  if (mark === undefined) return {}
  const ttl = objectAt(mark, `${at}.cache_control`)['ttl'] ?? undefined
  if (ttl !== undefined && ttl !== '5m' && ttl !== '1h')
    throw invalid(`${at}.cache_control.ttl must be 5m or 1h.`, `${at}.cache_control.ttl`)
  return { cache: ttl === undefined ? {} : { ttl } }
}

export function decodeText(block: Fields, { at, foreign }: Reading): TextPart {
  const citations = readCitations(block['citations'])
  if (citations.length < listOf(block, 'citations').length) foreign.add('citations')
  return {
    type: 'text',
    text: textAt(block['text'], `${at}.text`),
    ...(citations.length > 0 && { citations }),
    ...cacheOf(block, at),
  }
}
