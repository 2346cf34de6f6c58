import type { ChatCall } from '../../core/chat/call.ts'
import { prefixedId } from '../json-edits.ts'
import type { Block, Encoding } from './encoding.ts'

const maxPairs = 16
const name = /^[a-zA-Z0-9\s._:/=+$@-]{1,256}$/
const value = /^[a-zA-Z0-9\s._:/=+$@-]{0,256}$/

/** Names and values for the operator's invocation log: the caller's own, and whom the caller asks for. */
export function metadataFields({ metadata = {}, endUser }: ChatCall, { target, dropped }: Encoding): Block {
  const pairs = new Map<string, string>()
  const add = (loss: string, key: string, text: string) => {
    const fits = name.test(key) && value.test(text) && (pairs.size < maxPairs || pairs.has(key))
    if (fits) pairs.set(key, text)
    else dropped.add(loss)
  }
  if (endUser !== undefined) add('end_user', 'end_user', prefixedId(endUser, target.org))
  for (const [key, text] of Object.entries(metadata)) {
    // Nobody passes for another user.
    if (key === 'end_user') dropped.add('metadata')
    else add('metadata', key, text)
  }
  return pairs.size > 0 ? { requestMetadata: Object.fromEntries(pairs) } : {}
}
