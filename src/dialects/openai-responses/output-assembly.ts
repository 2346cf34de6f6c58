import { fieldsOf, isFields, listOf, textOf, type Fields } from '../fields.ts'
import { wholeItem, type OutputPart, type OutputSlot } from './output-slot.ts'

/** The output of a response as its events tell it, whatever their order. Events that say nothing of it are passed over. */
export class OutputAssembly {
  readonly #slots = new Map<number, OutputSlot>()

  apply(event: Fields): void {
    const index = event['output_index']
    if (typeof index !== 'number') return
    const type = textOf(event, 'type') ?? ''
    const slot = type === 'response.output_item.added' ? this.#begin(index, event) : this.#slots.get(index)
    if (slot && Object.hasOwn(steps, type)) steps[type]?.(slot, event)
    else if (type === 'response.output_item.done') this.#begin(index, event).done = true
  }

  /** In the order of the output. */
  get slots(): OutputSlot[] {
    return [...this.#slots.values()].sort((a, b) => a.index - b.index)
  }

  get items(): Fields[] {
    return this.slots.map(wholeItem)
  }

  at(index: number): OutputSlot | undefined {
    return this.#slots.get(index)
  }

  #begin(index: number, event: Fields): OutputSlot {
    const item = fieldsOf(event, 'item')
    const slot = { index, item, parts: [], text: '', textDone: false, done: false }
    this.#slots.set(index, slot)
    return slot
  }
}

type Step = (slot: OutputSlot, event: Fields) => void

/** What each event does to its item. */
const steps: Readonly<Record<string, Step>> = {
  'response.output_item.done': (slot, event) => {
    if (isFields(event['item'])) slot.item = event['item']
    else slot.item = wholeItem(slot)
    slot.done = true
  },
  'response.content_part.added': announce('content'),
  'response.content_part.done': finishPart('content'),
  'response.reasoning_summary_part.added': announce('summary'),
  'response.reasoning_summary_part.done': finishPart('summary'),
  'response.output_text.delta': grow('content', 'output_text'),
  'response.refusal.delta': grow('content', 'refusal'),
  'response.reasoning_text.delta': grow('content', 'reasoning_text'),
  'response.reasoning_summary_text.delta': grow('summary', 'summary_text'),
  'response.output_text.done': finishText('content', 'output_text'),
  'response.refusal.done': finishText('content', 'refusal'),
  'response.reasoning_text.done': finishText('content', 'reasoning_text'),
  'response.reasoning_summary_text.done': finishText('summary', 'summary_text'),
  'response.output_text.annotation.added': (slot, event) => {
    partOf(slot, event, { place: 'content', type: 'output_text' }).annotations.push(event['annotation'])
  },
  'response.function_call_arguments.delta': growCall,
  'response.custom_tool_call_input.delta': growCall,
  'response.function_call_arguments.done': finishCall,
  'response.custom_tool_call_input.done': finishCall,
}

function announce(place: OutputPart['place']): Step {
  return (slot, event) => {
    const part = partOf(slot, event, { place, type: '' })
    part.announced = true
    part.fields = fieldsOf(event, 'part')
    part.text += told(part.fields)
  }
}

function finishPart(place: OutputPart['place']): Step {
  return (slot, event) => {
    const part = partOf(slot, event, { place, type: '' })
    part.fields = fieldsOf(event, 'part')
    part.textDone = true
    part.done = true
  }
}

function grow(place: OutputPart['place'], type: string): Step {
  return (slot, event) => {
    const part = partOf(slot, event, { place, type })
    part.text += textOf(event, 'delta') ?? ''
    part.logprobs.push(...listOf(event, 'logprobs'))
  }
}

function finishText(place: OutputPart['place'], type: string): Step {
  return (slot, event) => {
    const part = partOf(slot, event, { place, type })
    part.text = told(event) || part.text
    part.textDone = true
  }
}

/** A whole text, by whichever name. */
function told(fields: Fields): string {
  return textOf(fields, 'text') ?? textOf(fields, 'refusal') ?? ''
}

function growCall(slot: OutputSlot, event: Fields): void {
  slot.text += textOf(event, 'delta') ?? ''
}

function finishCall(slot: OutputSlot, event: Fields): void {
  slot.text = textOf(event, 'arguments') ?? textOf(event, 'input') ?? slot.text
  slot.textDone = true
}

/** The part that an event is about: made up where no event began it. */
function partOf(
  slot: OutputSlot,
  event: Fields,
  { place, type }: { readonly place: OutputPart['place']; readonly type: string },
): OutputPart {
  const told = event[place === 'content' ? 'content_index' : 'summary_index']
  const index = typeof told === 'number' ? told : 0
  const known = slot.parts.find((part) => part.place === place && part.index === index)
  if (known) return known
  const part: OutputPart = {
    place,
    index,
    fields: type === 'output_text' ? { type, annotations: [] } : { type },
    text: '',
    annotations: [],
    logprobs: [],
    announced: false,
    textDone: false,
    done: false,
  }
  slot.parts.push(part)
  return part
}
