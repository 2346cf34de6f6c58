import { keyOf, textOf, type Fields } from '../fields.ts'
import { partsAt, wholeItem, wholePart, type OutputPart, type OutputSlot } from './output-slot.ts'

/** How an item ended. */
export type ItemStatus = 'completed' | 'incomplete'

/** The events that end a part which is still open. */
export function partEnd(slot: OutputSlot, part: OutputPart): Fields[] {
  if (part.done) return []
  const place = { ...placeOf(slot), [indexName(part)]: part.index }
  const end = textEnds[keyOf(part.fields, 'type')]
  const textEnd = end && !part.textDone ? [{ ...end(part), ...place }] : []
  if (!part.announced) return textEnd
  const type =
    part.place === 'summary' ? 'response.reasoning_summary_part.done' : 'response.content_part.done'
  return [...textEnd, { type, ...place, part: wholePart(part) }]
}

/** The events that end an item which is still open, with all that is open in it. */
export function itemEnd(slot: OutputSlot, status: ItemStatus): Fields[] {
  if (slot.done) return []
  const parts = [...partsAt(slot, 'summary'), ...partsAt(slot, 'content')]
  const item = wholeItem(slot)
  return [
    ...parts.flatMap((part) => partEnd(slot, part)),
    ...callEnd(slot),
    {
      type: 'response.output_item.done',
      output_index: slot.index,
      item: 'status' in item ? { ...item, status } : item,
    },
  ]
}

/** The event that ends a part's text, by the part's type. */
const textEnds: Readonly<Record<string, (part: OutputPart) => Fields>> = {
  output_text: ({ text, logprobs }) => ({ type: 'response.output_text.done', text, logprobs }),
  refusal: ({ text }) => ({ type: 'response.refusal.done', refusal: text }),
  reasoning_text: ({ text }) => ({ type: 'response.reasoning_text.done', text }),
  summary_text: ({ text }) => ({ type: 'response.reasoning_summary_text.done', text }),
}

function callEnd(slot: OutputSlot): Fields[] {
  const { item, text, textDone } = slot
  if (textDone) return []
  const place = placeOf(slot)
  if (item['type'] === 'function_call') {
    const { name } = item
    return [{ type: 'response.function_call_arguments.done', ...place, name, arguments: text }]
  }
  if (item['type'] !== 'custom_tool_call') return []
  return [{ type: 'response.custom_tool_call_input.done', ...place, input: text }]
}

function placeOf({ item, index }: OutputSlot): Fields {
  return { item_id: textOf(item, 'id') ?? '', output_index: index }
}

function indexName({ place }: OutputPart): string {
  return place === 'summary' ? 'summary_index' : 'content_index'
}
