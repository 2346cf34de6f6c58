import type { Part, TextPart, Tool, ToolResultPart, Turn } from '../../core/chat/call.ts'
import { WeirError } from '../../core/errors.ts'
import { isFields, listOf, textOf, type Fields } from '../fields.ts'
import { invalid } from '../json-request.ts'
import { decodeCitation } from './annotations.ts'
import { giveSealsToCalls } from './call-seals.ts'
import { decodeContent, required } from './decode-parts.ts'
import { decodeTools } from './decode-tools.ts'
import { itemType } from './input-items.ts'
import { decodeReasoning } from './reasoning.ts'

/** What an input holds. */
interface DecodedInput {
  readonly system: readonly TextPart[]
  readonly turns: readonly Turn[]
  readonly tools: readonly Tool[]
}

interface Gathering {
  readonly system: TextPart[]
  readonly turns: { readonly role: Turn['role']; parts: Part[] }[]
  readonly tools: Tool[]
  /** Names of what no other dialect can carry. */
  readonly foreign: Set<string>
}

/** Reads an input: what the model said, thought and called in one go becomes one turn, and so do the results of tools. */
export function decodeInput(input: unknown, foreign: Set<string>): DecodedInput {
  const gathering: Gathering = { system: [], turns: [], tools: [], foreign }
  if (typeof input === 'string') addTurn(gathering, 'user', decodeContent(input))
  else if (Array.isArray(input)) for (const item of input) if (isFields(item)) decodeItem(item, gathering)
  const turns = gathering.turns.map(({ role, parts }) => ({ role, parts: giveSealsToCalls(parts) }))
  return { system: gathering.system, turns, tools: gathering.tools }
}

type DecodeItem = (item: Fields, gathering: Gathering) => void

const decoders: Readonly<Record<string, DecodeItem>> = {
  message: decodeMessage,
  reasoning: (item, gathering) => {
    const part = decodeReasoning(item)
    if (part) addTurn(gathering, 'assistant', [part])
  },
  function_call: decodeCallItem('function', 'arguments'),
  custom_tool_call: decodeCallItem('custom', 'input'),
  function_call_output: decodeResult('function'),
  custom_tool_call_output: decodeResult('custom'),
  image_generation_call: (item, gathering) => {
    const mediaType = `image/${textOf(item, 'output_format') ?? 'png'}`
    const source = { type: 'base64', mediaType, data: required(item, 'result') } as const
    addTurn(gathering, 'assistant', [{ type: 'image', source }])
  },
  additional_tools: decodeMoreTools,
  tool_search_output: decodeMoreTools,
  web_search_call: (_, { foreign }) => void foreign.add('web_search_call'),
  configuration_update: (_, { foreign }) => void foreign.add('configuration_update'),
}

function decodeItem(item: Fields, gathering: Gathering): void {
  const type = itemType(item) ?? ''
  const decode = Object.hasOwn(decoders, type) ? decoders[type] : undefined
  if (!decode)
    throw new WeirError(
      'cannot_translate',
      `Only providers that speak Responses know items of type ${type}: leave them out, or say the same in a message.`,
      { param: 'input' },
    )
  decode(item, gathering)
}

const roles: Readonly<Record<string, Turn['role']>> = {
  user: 'user',
  assistant: 'assistant',
  system: 'system',
  developer: 'system',
}

function decodeMessage(item: Fields, gathering: Gathering): void {
  const role = roles[textOf(item, 'role') ?? '']
  if (!role) throw invalid('A message must be of role user, assistant, system or developer.', 'input')
  const parts = decodeContent(item['content'])
  noteForeign(item, gathering.foreign)
  const isText = parts.every((part) => part.type === 'text')
  if (role === 'system' && !isText) throw invalid('A system message must be text.', 'input')
  if (role === 'system' && isText && gathering.turns.length === 0) gathering.system.push(...parts)
  else addTurn(gathering, role, parts)
}

/** What a message of the past says beside its text, and only OpenAI understands. */
function noteForeign(item: Fields, foreign: Set<string>): void {
  if ((item['phase'] ?? null) !== null) foreign.add('phase')
  const annotations = listOf(item, 'content').flatMap((part) =>
    isFields(part) ? listOf(part, 'annotations') : [],
  )
  if (annotations.some((annotation) => !decodeCitation(annotation))) foreign.add('annotations')
}

function decodeCallItem(kind: 'function' | 'custom', field: string): DecodeItem {
  return (item, gathering) => {
    if ((item['namespace'] ?? null) !== null) gathering.foreign.add('namespace')
    const [id, name] = [required(item, 'call_id'), required(item, 'name')]
    addTurn(gathering, 'assistant', [{ type: 'tool_call', id, name, arguments: required(item, field), kind }])
  }
}

function decodeResult(kind: 'function' | 'custom'): DecodeItem {
  return (item, gathering) => {
    const content = decodeContent(item['output']).map((part) => {
      if (part.type === 'refusal') throw invalid('The output of a tool is no refusal.', 'input')
      return part
    })
    const callId = required(item, 'call_id')
    addTurn(gathering, 'user', [{ type: 'tool_result', callId, content, isError: false, kind }])
  }
}

function decodeMoreTools(item: Fields, { tools, foreign }: Gathering): void {
  tools.push(...decodeTools(item['tools'], foreign))
}

function addTurn({ turns }: Gathering, role: Turn['role'], parts: readonly Part[]): void {
  const last = turns.at(-1)
  const isResult = (part: Part): part is ToolResultPart => part.type === 'tool_result'
  const goesOn =
    role === 'assistant' || (role === 'user' && [...parts, ...(last?.parts ?? [])].every(isResult))
  if (last?.role === role && goesOn) last.parts.push(...parts)
  else turns.push({ role, parts: [...parts] })
}
