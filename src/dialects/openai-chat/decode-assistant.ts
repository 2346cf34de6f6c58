import type { MediaPart, Part, TextPart, ToolCallPart } from '../../core/chat/call.ts'
import { isFields, listOf, type Fields } from '../fields.ts'
import { readAnnotations } from './annotations.ts'
import { needFields, needList, needName, needText, optional, oneOf } from './checks.ts'
import { decodeContent, decodePart, type Place } from './decode-parts.ts'
import { placeThoughts } from './place-thoughts.ts'
import { readCallSeal, readDetail, readThoughts } from './reasoning-details.ts'

/** What the model said before: its text, and the tools that it called; what it thought stands where that says, else in front. */
export function decodeAssistant(message: Fields, place: Place): Part[] {
  // What other gateways keep of a thought only they can read.
  if (listOf(message, 'reasoning_details').some((detail) => !readDetail(detail)))
    place.foreign.add('reasoning_details')
  const said = [
    ...citing(decodeSpoken(message['content'], place), message),
    ...refusalParts(message['refusal'], `${place.path}.refusal`),
    ...listOf(message, 'images').flatMap((image, index) =>
      decodePart(image, { ...place, path: `${place.path}.images[${index}]` }),
    ),
    ...(optional(message['tool_calls'], `${place.path}.tool_calls`, decodeCalls) ?? []),
  ]
  return placeThoughts(readThoughts(message), said)
}

/** Text and refusals, as parts or as one text. */
function decodeSpoken(content: unknown, { path, foreign }: Place): Part[] {
  const inner = { path: `${path}.content`, foreign }
  if (content === undefined || content === null) return []
  if (!Array.isArray(content)) return decodeContent(content, inner)
  return content.flatMap((part: unknown, index): Part[] => {
    const at = `${inner.path}[${index}]`
    if (isFields(part) && part['type'] === 'refusal') return refusalParts(part['refusal'], `${at}.refusal`)
    return decodePart(part, { path: at, foreign })
  })
}

function refusalParts(refusal: unknown, path: string): Part[] {
  const text = optional(refusal, path, needText) ?? ''
  return text === '' ? [] : [{ type: 'refusal', text }]
}

/** Clients send an answer's annotations back with it: they count in its first text. */
function citing(parts: readonly Part[], message: Fields): Part[] {
  const citations = readAnnotations(message)
  const first = parts.findIndex((part) => part.type === 'text')
  return parts.map((part, index) =>
    index === first && citations.length > 0 ? { ...(part as TextPart | MediaPart), citations } : part,
  ) as Part[]
}

const kinds = oneOf(['function', 'custom'])

function decodeCalls(calls: unknown, path: string): ToolCallPart[] {
  return needList(calls, path).map((call, index) => {
    const at = `${path}[${index}]`
    const fields = needFields(call, at)
    const kind = optional(fields['type'], `${at}.type`, kinds) ?? 'function'
    const named = needFields(fields[kind], `${at}.${kind}`)
    const seal = readCallSeal(fields)
    return {
      type: 'tool_call',
      id: needName(fields['id'], `${at}.id`),
      name: needName(named['name'], `${at}.${kind}.name`),
      arguments: kind === 'custom' ? needText(named['input'], `${at}.custom.input`) : argumentsOf(named, at),
      kind,
      ...(seal && { seal }),
    }
  })
}

/** Some clients send them as the object that they are. */
export function argumentsOf(named: Fields, path: string): string {
  const value = named['arguments'] ?? ''
  return isFields(value) ? JSON.stringify(value) : needText(value, `${path}.function.arguments`)
}
