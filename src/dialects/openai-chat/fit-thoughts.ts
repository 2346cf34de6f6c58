import type { Splice } from '../../core/json-fields.ts'
import type { Quirks } from '../../core/provider.ts'
import { isFields, type Fields } from '../fields.ts'
import { mendField, mendList } from '../json-edits.ts'
import type { ChatRequest } from './read-request.ts'
import { readDetail } from './reasoning-details.ts'

type Named = readonly [name: string, value: unknown]

/** What a provider is asked to take back of its model's thoughts, and nothing that it would refuse. */
interface Fitting {
  readonly thoughtField: Quirks['thoughtField']
  readonly dropped: Set<string>
}

/** Thoughts go up in the field in which the provider takes them; the seals that we put beside them are for others. */
export function fitThoughts(request: ChatRequest, { thoughtField }: Quirks, dropped: Set<string>): Splice[] {
  const fitting = { thoughtField, dropped }
  return mendField(request, 'messages', (messages) =>
    mendList(messages, (message) => [fitMessage(message, fitting)]),
  )
}

const thoughtful = ['reasoning_content', 'reasoning', 'reasoning_details', 'tool_calls']

function fitMessage(message: unknown, fitting: Fitting): unknown {
  if (!isFields(message) || message['role'] !== 'assistant') return message
  if (!thoughtful.some((name) => message[name] !== undefined)) return message
  const fields = Object.entries(message)
  const fitted = mendList(fields, (field) => fitField(field as Named, message, fitting))
  return fitted === fields ? message : Object.fromEntries(fitted as Named[])
}

/** The field itself where nothing has to change. */
function fitField(field: Named, message: Fields, fitting: Fitting): readonly Named[] {
  const [name, value] = field
  switch (name) {
    case 'reasoning_content':
    case 'reasoning':
      return fitText(field, message, fitting)
    case 'reasoning_details':
      return fitDetails(field, fitting)
    case 'tool_calls': {
      const calls = mendList(value, (call) => [unsealed(call, fitting)])
      return [calls === value ? field : [name, calls]]
    }
    default:
      return [field]
  }
}

function fitText(field: Named, message: Fields, { thoughtField, dropped }: Fitting): readonly Named[] {
  const [name, value] = field
  if (name === thoughtField) return [field]
  const isTold = thoughtField !== undefined && typeof message[thoughtField] === 'string'
  if (isTold) return []
  if (thoughtField !== undefined) return [[thoughtField, value]]
  if (typeof value === 'string' && value !== '') dropped.add('reasoning')
  return []
}

/** Other gateways' details are for whoever takes thoughts at all. */
function fitDetails(field: Named, { thoughtField, dropped }: Fitting): readonly Named[] {
  const [name, value] = field
  const theirs = mendList(value, (detail) => (readDetail(detail) ? [] : [detail]))
  if (thoughtField !== undefined && theirs === value) return [field]
  dropped.add('reasoning')
  const isEmpty = !Array.isArray(theirs) || theirs.length === 0
  return thoughtField === undefined || isEmpty ? [] : [[name, theirs]]
}

/** The call of a tool without what Google put on it. */
function unsealed(call: unknown, { dropped }: Fitting): unknown {
  if (!isFields(call) || call['extra_content'] === undefined) return call
  const { extra_content: _, ...rest } = call
  dropped.add('reasoning')
  return rest
}
