import { WeirError } from '../../core/errors.ts'
import { checkedEndUser } from '../end-user.ts'
import { isFields } from '../fields.ts'

/** Whom a request is for: the first id that is there and not empty. `metadata` goes up as it came, this id of it too. */
export function readEndUser(values: Readonly<Record<string, unknown>>): string | undefined {
  const ids: readonly (readonly [string, unknown])[] = [
    ['safety_identifier', values['safety_identifier']],
    ['user', values['user']],
    ['metadata.user_id', readMetadataId(values['metadata'])],
  ]
  for (const [param, id] of ids) if (typeof id === 'string' && id !== '') return checkedEndUser(id, param)
  return undefined
}

function readMetadataId(metadata: unknown): unknown {
  const id = isFields(metadata) ? metadata['user_id'] : undefined
  if (id !== undefined && typeof id !== 'string')
    throw new WeirError('invalid_request', 'metadata.user_id must be a string.', {
      param: 'metadata.user_id',
    })
  return id
}
