import { keyOf, type Fields } from '../fields.ts'

/** One item of an answer that is under way, as its events have told it so far. */
export interface OutputSlot {
  readonly index: number
  /** As it was last told whole. */
  item: Fields
  readonly parts: OutputPart[]
  /** What a tool is called with. */
  text: string
  textDone: boolean
  done: boolean
}

/** A part of an item: of what it says, or of the summary of a thought. */
export interface OutputPart {
  readonly place: 'content' | 'summary'
  readonly index: number
  /** As it was last told whole. */
  fields: Fields
  text: string
  readonly annotations: unknown[]
  readonly logprobs: unknown[]
  /** Whether an event of its own began it. */
  announced: boolean
  textDone: boolean
  done: boolean
}

/** The field that holds the text of a part, by the part's type. */
const textOfPart: Readonly<Record<string, string>> = {
  output_text: 'text',
  refusal: 'refusal',
  reasoning_text: 'text',
  summary_text: 'text',
}

/** The field that holds what a tool is called with, by the item's type. */
const textOfItem: Readonly<Record<string, string>> = {
  function_call: 'arguments',
  custom_tool_call: 'input',
}

/** The part as a whole, with all that came for it. */
export function wholePart(part: OutputPart): Fields {
  if (part.done) return part.fields
  const name = textOfPart[keyOf(part.fields, 'type')]
  return {
    ...part.fields,
    ...(name !== undefined && { [name]: part.text }),
    ...(part.annotations.length > 0 && { annotations: part.annotations }),
    ...(part.logprobs.length > 0 && { logprobs: part.logprobs }),
  }
}

/** The item as a whole, with all that came for it. */
export function wholeItem(slot: OutputSlot): Fields {
  if (slot.done) return slot.item
  const name = textOfItem[keyOf(slot.item, 'type')]
  const [content, summary] = [partsAt(slot, 'content'), partsAt(slot, 'summary')]
  return {
    ...slot.item,
    ...(name !== undefined && { [name]: slot.text }),
    ...(content.length > 0 && { content: content.map(wholePart) }),
    ...(summary.length > 0 && { summary: summary.map(wholePart) }),
  }
}

export function partsAt(slot: OutputSlot, place: OutputPart['place']): OutputPart[] {
  return slot.parts.filter((part) => part.place === place).sort((a, b) => a.index - b.index)
}
