import { WeirError } from '../../core/errors.ts'
import { isFields, type Fields } from '../fields.ts'
import { dataUrlLength, type Survey } from '../survey.ts'

/** What in a message is bounded by its own text, or by the table of images. Anything else may fill the context. */
const boundedParts: ReadonlySet<string> = new Set([
  'text',
  'refusal',
  'image_url',
  'function',
  'custom',
  'ephemeral',
  'explicit',
])

/** Notes the images of a message's part, and what nothing bounds. */
export function noteMedia(record: Fields, survey: Survey): void {
  refuseReferences(record)
  if (record['image_url'] !== undefined) {
    survey.images++
    survey.mediaBytes += dataUrlLength(urlOf(record['image_url']))
  }
  if (typeof record['type'] === 'string' && !boundedParts.has(record['type'])) survey.unbounded = true
}

/** Ids of files and audio belong to the org that they were issued to, and none were issued through here. */
function refuseReferences(record: Fields): void {
  if (typeof record['file_id'] === 'string')
    throw new WeirError('not_found', 'No such file was issued to this org.', { param: 'file_id' })
  if (record['role'] === 'assistant' && record['audio'] !== undefined && record['audio'] !== null)
    throw new WeirError('not_found', 'No such audio was issued to this org.', { param: 'audio' })
}

function urlOf(image: unknown): unknown {
  return isFields(image) ? image['url'] : image
}
