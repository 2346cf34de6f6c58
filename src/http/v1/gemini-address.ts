import type { Context } from 'hono'
import type { IncomingRequest } from '../../core/dialect.ts'
import { WeirError } from '../../core/errors.ts'
import { decodeName } from './models.ts'

const below = '/v1beta/models/'

/** What `…/models/<model>:<verb>` says of a call. */
export function readGeminiAddress(c: Context): Omit<IncomingRequest, 'body'> {
  const address = c.req.path.slice(below.length)
  const colon = address.lastIndexOf(':')
  const [model, verb] = [decodeName(address.slice(0, Math.max(0, colon))), address.slice(colon + 1)]
  if (model === '' || (verb !== 'generateContent' && verb !== 'streamGenerateContent'))
    throw new WeirError('not_found', 'There is nothing at this path.')
  return { model, stream: verb === 'streamGenerateContent', query: c.req.query() }
}
