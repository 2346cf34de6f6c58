import type { Fields } from '../fields.ts'

/** The event that begins an item. */
export function itemBegin(index: number, item: Fields): Fields {
  return { type: 'response.output_item.added', output_index: index, item }
}

/** The event that begins a message, with nothing in it. */
export function messageBegin(index: number, id: string): Fields {
  return itemBegin(index, { type: 'message', id, role: 'assistant', status: 'in_progress', content: [] })
}

/** The event that begins a part of a message. */
export function partBegin(
  place: { readonly item_id: string; readonly output_index: number; readonly content_index: number },
  type: 'output_text' | 'refusal',
): Fields {
  const part = type === 'refusal' ? { type, refusal: '' } : { type, text: '', annotations: [], logprobs: [] }
  return { type: 'response.content_part.added', ...place, part }
}

/** The event that begins the summary of a thought. */
export function summaryBegin(itemId: string, index: number): Fields {
  const part = { type: 'summary_text', text: '' }
  const place = { item_id: itemId, output_index: index, summary_index: 0 }
  return { type: 'response.reasoning_summary_part.added', ...place, part }
}

const imageFormats: ReadonlySet<string> = new Set(['png', 'webp', 'jpeg', 'gif', 'svg'])

/** The events of an image, which comes whole. */
export function imageEvents(
  index: number,
  id: string,
  { mediaType, data }: { readonly mediaType: string; readonly data: string },
): Fields[] {
  const format = mediaType.slice(mediaType.indexOf('/') + 1).replace('+xml', '')
  const item = {
    type: 'image_generation_call',
    id,
    status: 'completed',
    ...(imageFormats.has(format) && { output_format: format }),
    result: data,
  }
  const place = { item_id: id, output_index: index }
  return [
    itemBegin(index, { ...item, status: 'in_progress', result: null }),
    { type: 'response.image_generation_call.in_progress', ...place },
    { type: 'response.image_generation_call.completed', ...place },
    { type: 'response.output_item.done', output_index: index, item },
  ]
}
