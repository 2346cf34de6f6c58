import type { Memory } from '../memory.ts'
import { Refusal } from '../refusal.ts'
import type { ItemParam, ResponseRequest } from './request.ts'

/** The items of the input. */
export function itemsOf({ input = [] }: ResponseRequest): readonly ItemParam[] {
  return typeof input === 'string' ? [{ type: 'message', role: 'user', content: input }] : input
}

function refuseInput(message: string, code?: string): never {
  throw new Refusal(400, message, { param: 'input', code })
}

type CallItem = Extract<ItemParam, { type: 'function_call' | 'custom_tool_call' }>
type OutputItem = Extract<ItemParam, { type: 'function_call_output' | 'custom_tool_call_output' }>

function isCall(item: ItemParam): item is CallItem {
  return item.type === 'function_call' || item.type === 'custom_tool_call'
}

function isOutput(item: ItemParam): item is OutputItem {
  return item.type === 'function_call_output' || item.type === 'custom_tool_call_output'
}

/** Each call has its output, behind it; each output its call, here or in the response that it goes on from. */
function checkCalls(request: ResponseRequest, memory: Memory): void {
  const items = itemsOf(request)
  const before = memory.answers.get(request.previous_response_id ?? '')?.callIds ?? []
  const open = new Set(before)
  for (const item of items) {
    if (isCall(item)) {
      if (open.has(item.call_id)) refuseInput(`Duplicate tool call with call_id ${item.call_id}.`)
      open.add(item.call_id)
    }
    if (isOutput(item) && !open.delete(item.call_id)) {
      refuseInput(`No tool call found for function call output with call_id ${item.call_id}.`)
    }
  }
  const [first] = open
  if (first !== undefined) refuseInput(`No tool output found for function call ${first}.`)
}

type ReasoningItem = Extract<ItemParam, { type: 'reasoning' }>

/** A thought is known by its lock, or is in store. */
function checkThought(item: ReasoningItem, memory: Memory): void {
  const { id, encrypted_content: locked } = item
  if (!locked) {
    if (memory.items.has(id)) return
    refuseInput(
      `Item with id '${id}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`,
    )
  }
  const issued = memory.seals.get(locked)
  const why = issued
    ? 'Encrypted content item_id did not match the target item id.'
    : 'Encrypted content could not be decrypted or parsed.'
  if (!issued || (issued.owner !== undefined && issued.owner !== id)) {
    refuseInput(
      `The encrypted content for item ${id} could not be verified. Reason: ${why}`,
      'invalid_encrypted_content',
    )
  }
}

/** Whether it is what the model made. */
function isOfModel(item: ItemParam | undefined): boolean {
  if (!item) return false
  return isCall(item) || item.type === 'reasoning' || (item.type === 'message' && item.role === 'assistant')
}

function idOf(item: ItemParam): string {
  return ('id' in item && item.id) || ''
}

/** A thought is followed by what the model made of it, and that follows its thought. */
function checkOrder(items: readonly ItemParam[], memory: Memory): void {
  for (const [at, item] of items.entries()) {
    const id = idOf(item)
    if (item.type === 'reasoning' && !isOfModel(items[at + 1])) {
      refuseInput(`Item '${id}' of type 'reasoning' was provided without its required following item.`)
    }
    const thought = memory.thoughtOf.get(id)
    if (thought === undefined || items.slice(0, at).some((earlier) => idOf(earlier) === thought)) continue
    refuseInput(
      `Item '${id}' of type '${item.type}' was provided without its required 'reasoning' item: '${thought}'.`,
    )
  }
}

/** What the input must be like. */
export function checkItems(request: ResponseRequest, memory: Memory): void {
  const items = itemsOf(request)
  checkCalls(request, memory)
  for (const item of items) {
    if (item.type === 'reasoning') checkThought(item, memory)
    if (item.type === 'item_reference' && !memory.items.has(item.id)) {
      throw new Refusal(404, `Item with id '${item.id}' not found.`, { param: 'input' })
    }
  }
  checkOrder(items, memory)
}
