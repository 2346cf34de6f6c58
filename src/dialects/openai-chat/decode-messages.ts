import type { Part, TextPart, ToolCallPart, ToolResultPart, Turn } from '../../core/chat/call.ts'
import type { Fields } from '../fields.ts'
import { invalid } from '../json-request.ts'
import { needFields, needName, needText, noteForeign, optional } from './checks.ts'
import { argumentsOf, decodeAssistant } from './decode-assistant.ts'
import { decodeContent, decodeText } from './decode-parts.ts'

/** The conversation as far as it was read. */
interface Reading {
  readonly system: TextPart[]
  readonly turns: Turn[]
  /** The kind of each tool that was called, by the call's id. */
  readonly kinds: Map<string, ToolCallPart['kind']>
  /** Ids that stand for those which old function calls never had, by the function's name. */
  readonly functionIds: Map<string, string>
  /** Where the results of the last turn's calls are put. */
  results: ToolResultPart[] | undefined
  readonly foreign: Set<string>
}

type MessageReader = (message: Fields, path: string, reading: Reading) => void

/** Reads the messages: system prompts in front, turns after them. A message that says nothing is none. */
export function decodeMessages(messages: readonly unknown[], foreign: Set<string>) {
  const reading: Reading = {
    system: [],
    turns: [],
    kinds: new Map(),
    functionIds: new Map(),
    results: undefined,
    foreign,
  }
  for (const [index, message] of messages.entries()) {
    const path = `messages[${index}]`
    decodeMessage(needFields(message, path), path, reading)
  }
  return { system: reading.system, turns: reading.turns }
}

function decodeMessage(message: Fields, path: string, reading: Reading): void {
  const role = needName(message['role'], `${path}.role`)
  const entry = roles.get(role)
  if (!entry) throw invalid(`${path}.role ${JSON.stringify(role)} is not known.`, `${path}.role`)
  noteForeign(message, entry.fields, reading.foreign)
  entry.read(message, path, reading)
  if (!resultRoles.has(role)) reading.results = undefined
}

const fieldsOfAll = ['role', 'content', 'name']
const fieldsOfAssistant = ['refusal', 'annotations', 'images', 'tool_calls', 'function_call', 'audio']
const fieldsOfThought = ['reasoning', 'reasoning_content', 'reasoning_details']
const resultRoles: ReadonlySet<string> = new Set(['tool', 'function'])

const roles = new Map<string, { readonly fields: ReadonlySet<string>; readonly read: MessageReader }>([
  ['system', { fields: new Set(fieldsOfAll), read: readSystem }],
  ['developer', { fields: new Set(fieldsOfAll), read: readSystem }],
  ['user', { fields: new Set(fieldsOfAll), read: readUser }],
  [
    'assistant',
    { fields: new Set([...fieldsOfAll, ...fieldsOfAssistant, ...fieldsOfThought]), read: readAssistant },
  ],
  ['tool', { fields: new Set([...fieldsOfAll, 'tool_call_id']), read: readTool }],
  ['function', { fields: new Set(fieldsOfAll), read: readFunction }],
])

function addTurn(reading: Reading, turn: Turn): void {
  if (turn.parts.length > 0) reading.turns.push(turn)
}

/** A turn of several of one role may say whose it is. */
function nameOf(message: Fields, path: string) {
  const name = optional(message['name'], `${path}.name`, needText)
  return name === undefined || name === '' ? {} : { name }
}

function readSystem(message: Fields, path: string, reading: Reading): void {
  const { system, turns, foreign } = reading
  const parts = decodeText(message['content'], { path: `${path}.content`, foreign })
  const name = nameOf(message, path)
  if (turns.length > 0) return addTurn(reading, { role: 'system', parts, ...name })
  if ('name' in name) foreign.add('name')
  system.push(...parts)
}

function readUser(message: Fields, path: string, reading: Reading): void {
  const parts = decodeContent(message['content'], { path: `${path}.content`, foreign: reading.foreign })
  addTurn(reading, { role: 'user', parts, ...nameOf(message, path) })
}

function readAssistant(message: Fields, path: string, reading: Reading): void {
  const spoken = decodeAssistant(message, { path, foreign: reading.foreign })
  const call = optional(message['function_call'], `${path}.function_call`, needFields)
  const parts: Part[] = call ? [...spoken, oldCall(call, path, reading)] : spoken
  for (const part of parts) if (part.type === 'tool_call') reading.kinds.set(part.id, part.kind)
  addTurn(reading, { role: 'assistant', parts, ...nameOf(message, path) })
}

function oldCall(call: Fields, path: string, { functionIds, turns }: Reading): ToolCallPart {
  const name = needName(call['name'], `${path}.function_call.name`)
  const id = `call_function_${turns.length}`
  functionIds.set(name, id)
  return {
    type: 'tool_call',
    id,
    name,
    arguments: argumentsOf(call, `${path}.function_call`),
    kind: 'function',
  }
}

function readTool(message: Fields, path: string, reading: Reading): void {
  const callId = needName(message['tool_call_id'], `${path}.tool_call_id`)
  addResult(message, path, { reading, callId })
}

function readFunction(message: Fields, path: string, reading: Reading): void {
  const name = needName(message['name'], `${path}.name`)
  const callId = reading.functionIds.get(name)
  if (callId === undefined) throw invalid(`${path} answers a function that was not called.`, `${path}.name`)
  addResult(message, path, { reading, callId })
}

interface Result {
  readonly reading: Reading
  readonly callId: string
}

/** The results of all calls of one turn make one turn. */
function addResult(message: Fields, path: string, { reading, callId }: Result): void {
  const content = optional(message['content'], `${path}.content`, (value) =>
    decodeContent(value, { path: `${path}.content`, foreign: reading.foreign }),
  )
  if (!reading.results) {
    reading.results = []
    reading.turns.push({ role: 'user', parts: reading.results })
  }
  const kind = reading.kinds.get(callId) ?? 'function'
  reading.results.push({ type: 'tool_result', callId, content: content ?? [], isError: false, kind })
}
