import type { AnswerFormat, JsonObject, Tool, ToolChoice } from '../../core/chat/call.ts'
import type { Fields } from '../fields.ts'
import { invalid } from '../json-request.ts'
import { needFields, needFlag, needList, needName, needText, noteForeign, oneOf, optional } from './checks.ts'

/** The caller's tools, those under the old name `functions` too. */
export function decodeTools(values: Fields, foreign: Set<string>): Tool[] {
  const tools = optional(values['tools'], 'tools', needList) ?? []
  const functions = optional(values['functions'], 'functions', needList) ?? []
  return [
    ...tools.map((tool, index) =>
      decodeTool(needFields(tool, `tools[${index}]`), `tools[${index}]`, foreign),
    ),
    ...functions.map((tool, index) => decodeFunction(tool, `functions[${index}]`, foreign)),
  ]
}

const kinds = oneOf(['function', 'custom'])
const toolFields = new Set(['type', 'function', 'custom', 'cache_control'])
const functionFields = new Set(['name', 'description', 'parameters', 'strict'])
const customFields = new Set(['name', 'description', 'format'])

function decodeTool(tool: Fields, path: string, foreign: Set<string>): Tool {
  noteForeign(tool, toolFields, foreign)
  const kind = kinds(tool['type'], `${path}.type`)
  const read = kind === 'function' ? decodeFunction : decodeCustom
  const marked = optional(tool['cache_control'], `${path}.cache_control`, needFields) !== undefined
  return { ...read(tool[kind], `${path}.${kind}`, foreign), ...(marked && { cache: {} }) }
}

function namesOf(tool: Fields, path: string) {
  const description = optional(tool['description'], `${path}.description`, needText)
  return {
    name: needName(tool['name'], `${path}.name`),
    ...(description !== undefined && description !== '' && { description }),
  }
}

function decodeFunction(value: unknown, path: string, foreign: Set<string>): Tool {
  const tool = needFields(value, path)
  noteForeign(tool, functionFields, foreign)
  const schema = optional<JsonObject>(tool['parameters'], `${path}.parameters`, needFields)
  const strict = optional(tool['strict'], `${path}.strict`, needFlag)
  return {
    kind: 'function',
    ...namesOf(tool, path),
    ...(schema && { schema }),
    ...(strict !== undefined && { strict }),
  }
}

const formats = oneOf(['text', 'grammar'])

function decodeCustom(value: unknown, path: string, foreign: Set<string>): Tool {
  const tool = needFields(value, path)
  noteForeign(tool, customFields, foreign)
  const format = optional(tool['format'], `${path}.format`, needFields)
  const type = format && formats(format['type'], `${path}.format.type`)
  const grammar = type === 'grammar' && needFields(format?.['grammar'], `${path}.format.grammar`)
  return { kind: 'custom', ...namesOf(tool, path), ...(grammar && { grammar }) }
}

/** Whether and which tools are to be called, by the new field or the old one. */
export function decodeToolChoice(values: Fields): ToolChoice | undefined {
  return (
    optional(values['tool_choice'], 'tool_choice', readChoice) ??
    optional(values['function_call'], 'function_call', readOldChoice)
  )
}

const choiceWords = new Map<unknown, ToolChoice>([
  ['none', { mode: 'none' }],
  ['auto', { mode: 'auto' }],
  ['required', { mode: 'any' }],
])

function readChoice(choice: unknown, path: string): ToolChoice {
  const word = choiceWords.get(choice)
  if (word) return word
  if (typeof choice === 'string')
    throw invalid(`${path} must be none, auto, required or the choice of a tool.`, path)
  const fields = needFields(choice, path)
  if (fields['type'] === 'allowed_tools') return readAllowed(fields['allowed_tools'], `${path}.allowed_tools`)
  return { mode: 'any', names: [chosenName(fields, path)] }
}

function chosenName(choice: unknown, path: string): string {
  const fields = needFields(choice, path)
  const kind = kinds(fields['type'], `${path}.type`)
  return needName(needFields(fields[kind], `${path}.${kind}`)['name'], `${path}.${kind}.name`)
}

const modes = oneOf(['auto', 'required'])

function readAllowed(value: unknown, path: string): ToolChoice {
  const allowed = needFields(value, path)
  const tools = needList(allowed['tools'], `${path}.tools`)
  return {
    mode: modes(allowed['mode'], `${path}.mode`) === 'required' ? 'any' : 'auto',
    names: tools.map((tool, index) => chosenName(tool, `${path}.tools[${index}]`)),
  }
}

function readOldChoice(choice: unknown, path: string): ToolChoice {
  const word = choice === 'required' ? undefined : choiceWords.get(choice)
  return word ?? { mode: 'any', names: [needName(needFields(choice, path)['name'], `${path}.name`)] }
}

const formatTypes = oneOf(['text', 'json_object', 'json_schema'])

/** The shape that the answer must have; undefined where any text will do. */
export function decodeFormat(value: unknown, path: string): AnswerFormat | undefined {
  const format = needFields(value, path)
  const type = formatTypes(format['type'], `${path}.type`)
  if (type === 'text') return undefined
  if (type === 'json_object') return { type: 'json' }
  const inner = `${path}.json_schema`
  const named = needFields(format['json_schema'], inner)
  const name = optional(named['name'], `${inner}.name`, needText)
  const description = optional(named['description'], `${inner}.description`, needText)
  const strict = optional(named['strict'], `${inner}.strict`, needFlag)
  return {
    type: 'schema',
    schema: optional<JsonObject>(named['schema'], `${inner}.schema`, needFields) ?? {},
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(strict !== undefined && { strict }),
  }
}
