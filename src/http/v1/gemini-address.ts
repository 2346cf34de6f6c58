import type { Context } from 'hono'
import type { IncomingRequest } from '../../core/dialect.ts'
import { WeirError } from '../../core/errors.ts'
import { decodeName } from './models.ts'

/** Google's clients ask for either version; to us they are one. */
const below = /^\/v1(beta)?\/models\//
const verbs = ['generateContent', 'streamGenerateContent', 'countTokens'] as const

/** Whether an address goes below the list of models: the router takes the list itself for a part of that. */
export function namesModel(c: Context): boolean {
  return below.test(c.req.path)
}

/** What `…/models/<model>:<verb>` names. Throws WeirError `not_found` where that is no call. */
function splitAddress(c: Context) {
  const address = c.req.path.replace(below, '')
  const colon = address.lastIndexOf(':')
  const model = decodeName(address.slice(0, Math.max(0, colon)))
  const verb = verbs.find((verb) => verb === address.slice(colon + 1))
  if (model === '' || verb === undefined) throw new WeirError('not_found', 'There is nothing at this path.')
  return { model, verb }
}

/** What is in the address of a call. */
export function readGeminiAddress(c: Context): Omit<IncomingRequest, 'body'> {
  const { model, verb } = splitAddress(c)
  return { model, stream: verb === 'streamGenerateContent', query: c.req.query() }
}

/** Whether a call only asks for the count of its tokens. */
export function asksForCount(c: Context): boolean {
  return splitAddress(c).verb === 'countTokens'
}
