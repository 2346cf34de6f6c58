import { spliceBytes, type JsonField, type Splice } from '../../core/json-fields.ts'
import { isFields } from '../fields.ts'
import { setField } from '../json-edits.ts'
import { itemType, referenceOf } from './input-items.ts'
import { readRequest, type ResponsesRequest } from './read-request.ts'

/** The body with these items in front of its own input, and without the response that it went on from. All else is as it came. */
export function withHistory(request: ResponsesRequest, items: readonly unknown[]): Uint8Array {
  return spliceBytes(request.body, [
    ...putInFront(request, items),
    ...removeField(request, 'previous_response_id'),
  ])
}

/** The body with kept items in place of the references to them. A reference to none of these stays, and is refused later. */
export function withItems(request: ResponsesRequest, items: ReadonlyMap<string, unknown>): Uint8Array {
  const { input } = request.values
  if (!Array.isArray(input) || request.itemReferences.length === 0) return request.body
  const whole = input.map((item: unknown) => {
    if (!isFields(item) || itemType(item) !== 'item_reference') return item
    return items.get(referenceOf(item)) ?? item
  })
  return spliceBytes(request.body, setField(request, 'input', JSON.stringify(whole)))
}

/** The request with what went before, read again. It still tells which response it goes on from. */
export function resume(request: ResponsesRequest, items: readonly unknown[]): ResponsesRequest {
  const { previousResponseId: continues } = request
  const resumed = readRequest({ body: withHistory(request, items) })
  return { ...resumed, ...(continues !== undefined && { continues }) }
}

/** What to keep for the next turn: the request's own items and those of the answer. Instructions are not carried over. */
export function storedItems(request: ResponsesRequest, output: readonly unknown[]): unknown[] {
  return [...ownItems(request.values['input']), ...output]
}

function ownItems(input: unknown): readonly unknown[] {
  if (typeof input === 'string') return [{ type: 'message', role: 'user', content: input }]
  return Array.isArray(input) ? input : []
}

function putInFront(request: ResponsesRequest, items: readonly unknown[]): Splice[] {
  const field = request.fields.get('input')
  const { input } = request.values
  const printed = items.map((item) => JSON.stringify(item)).join(',')
  if (!field || (!Array.isArray(input) && typeof input !== 'string'))
    return setField(request, 'input', `[${printed}]`)
  if (typeof input === 'string') return wrap(field, printed)
  const separator = printed !== '' && input.length > 0 ? ',' : ''
  // Just behind the opening bracket.
  const at = field.valueStart + 1
  return printed === '' ? [] : [{ start: at, end: at, text: printed + separator }]
}

/** A text becomes what it stands for: a message of the user's. */
function wrap({ valueStart, valueEnd }: JsonField, printed: string): Splice[] {
  const before = `[${printed}${printed === '' ? '' : ','}{"role":"user","content":`
  return [
    { start: valueStart, end: valueStart, text: before },
    { start: valueEnd, end: valueEnd, text: '}]' },
  ]
}

/** Takes a field out, with the comma that parts it from its neighbour. */
function removeField(request: ResponsesRequest, name: string): Splice[] {
  const field = request.fields.get(name)
  if (!field) return []
  const fields = [...request.fields.values()]
  const at = fields.indexOf(field)
  const [before, after] = [fields[at - 1], fields[at + 1]]
  if (after) return [{ start: field.nameStart, end: after.nameStart, text: '' }]
  return [{ start: before?.valueEnd ?? field.nameStart, end: field.valueEnd, text: '' }]
}
