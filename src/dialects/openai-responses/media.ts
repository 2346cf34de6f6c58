import { WeirError } from '../../core/errors.ts'
import { isFields, textOf, type Fields } from '../fields.ts'
import { invalid } from '../json-request.ts'
import { dataUrlLength, type Survey } from '../survey.ts'

/** What in an input is bounded by its own text, or by the table of images. Anything else may fill the context. */
const boundedTypes: ReadonlySet<string> = new Set([
  'message',
  'item_reference',
  'input_text',
  'output_text',
  'input_image',
  'refusal',
  'url_citation',
  'reasoning',
  'summary_text',
  'reasoning_text',
  'function_call',
  'function_call_output',
  'custom_tool_call',
  'custom_tool_call_output',
  'direct',
  'apply_patch_call',
  'apply_patch_call_output',
  'create_file',
  'update_file',
  'delete_file',
  'local_shell_call',
  'local_shell_call_output',
  'exec',
  'shell_call',
  'shell_call_output',
  'local',
  'exit',
  'timeout',
  'image_generation_call',
])

/** Where an answer came from: it names a file, but opens none. */
const citations: ReadonlySet<unknown> = new Set(['file_citation', 'container_file_citation', 'file_path'])

/** Notes the images of an item, and what nothing bounds. */
export function noteMedia(record: Fields, survey: Survey): void {
  const { type } = record
  refuseReferences(record)
  refuseLongCache(record['prompt_cache_breakpoint'])
  if (type === 'input_image') noteImage(dataUrlLength(record['image_url']), survey)
  if (type === 'image_generation_call') noteImage(textOf(record, 'result')?.length ?? 0, survey)
  if (typeof type === 'string' && !boundedTypes.has(type)) survey.unbounded = true
}

function noteImage(bytes: number, survey: Survey): void {
  survey.images++
  survey.mediaBytes += bytes
}

/** Ids of files and containers belong to the org that they were issued to, and none were issued through here. */
function refuseReferences(record: Fields): void {
  if (citations.has(record['type'])) return
  for (const param of ['file_id', 'container_id'])
    if (typeof record[param] === 'string')
      throw new WeirError('not_found', 'No such file or container was issued to this org.', { param })
}

/** A cache that is kept for longer costs more to write. */
function refuseLongCache(mark: unknown): void {
  if (isFields(mark) && (mark['ttl'] ?? '30m') !== '30m')
    throw invalid(
      'prompt_cache_breakpoint.ttl is not supported with this value.',
      'prompt_cache_breakpoint.ttl',
    )
}
