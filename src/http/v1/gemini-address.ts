import type { Context } from 'hono'
import type { IncomingRequest } from '../../core/dialect.ts'
import { WeirError } from '../../core/errors.ts'
import { decodeName } from './models.ts'

const below = '/v1beta/models/'
const geminiVerbs = ['generateContent', 'streamGenerateContent', 'countTokens'] as const

/** What `…/models/<model>:<verb>` says of a call; undefined where the verb is none of Google's that we know. */
function splitAddress(c: Context) {
  const address = c.req.path.slice(below.length)
  const colon = address.lastIndexOf(':')
  const verb = geminiVerbs.find((verb) => verb === address.slice(colon + 1))
  return { model: decodeName(address.slice(0, Math.max(0, colon))), verb }
}

/** What is in the address of a call. Throws WeirError `not_found` where there is no such call. */
export function readGeminiAddress(c: Context): Omit<IncomingRequest, 'body'> {
  const { model, verb } = splitAddress(c)
  if (model === '' || verb === undefined) throw new WeirError('not_found', 'There is nothing at this path.')
  return { model, stream: verb === 'streamGenerateContent', query: c.req.query() }
}

/** Whether a call only asks for the count of its tokens. */
export function asksForCount(c: Context): boolean {
  return splitAddress(c).verb === 'countTokens'
}
