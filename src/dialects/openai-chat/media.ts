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
  refuseLongCache(record['prompt_cache_breakpoint'])
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

/** A cache that is kept for longer costs more to write. */
function refuseLongCache(mark: unknown): void {
  if (isFields(mark) && (mark['ttl'] ?? '30m') !== '30m')
    throw new WeirError('invalid_request', 'prompt_cache_breakpoint is not supported with this ttl.', {
      param: 'prompt_cache_breakpoint',
    })
}

function urlOf(image: unknown): unknown {
  return isFields(image) ? image['url'] : image
}
