import { findFields, type JsonField, type Splice } from '../../core/json-fields.ts'
import { checkedEndUser } from '../end-user.ts'
import { isFields, type Fields } from '../fields.ts'
import { prefixedId } from '../json-edits.ts'
import { foldName, invalid, type JsonRequest } from '../json-request.ts'

const param = 'metadata.user_id'

/** Whom a request is for; undefined where nobody is named. */
export function readEndUser(values: Fields): string | undefined {
  const metadata = values['metadata'] ?? undefined
  if (metadata === undefined) return undefined
  if (!isFields(metadata)) throw invalid('metadata must be an object.', 'metadata')
  for (const name of Object.keys(metadata))
    if (name !== 'user_id' && foldName(name) === 'user_id')
      throw invalid('Write the field user_id plainly, in lower case.', param)
  const id = metadata['user_id'] ?? ''
  if (typeof id !== 'string') throw invalid(`${param} must be a string.`, param)
  return id === '' ? undefined : checkedEndUser(id, param)
}

/** Puts the org in front of the end user's id, where it stands within `metadata`. */
export function prefixEndUser(request: JsonRequest, org: string): Splice[] {
  const metadata = request.fields.get('metadata')
  const values = request.values['metadata']
  if (!metadata || !isFields(values) || typeof values['user_id'] !== 'string') return []
  const field = fieldWithin(request.body, metadata)
  if (!field) return []
  const text = JSON.stringify(prefixedId(values['user_id'], org))
  return [{ start: metadata.valueStart + field.valueStart, end: metadata.valueStart + field.valueEnd, text }]
}

function fieldWithin(body: Uint8Array, { valueStart, valueEnd }: JsonField): JsonField | undefined {
  const { fields } = findFields(body.subarray(valueStart, valueEnd))
  return fields.find(({ rawName }) => JSON.parse(`"${rawName}"`) === 'user_id')
}
