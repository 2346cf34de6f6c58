import type { JsonObject, Tool, ToolChoice } from '../../core/chat/call.ts'
import { WeirError } from '../../core/errors.ts'
import { isFields, listOf, textOf, type Fields } from '../fields.ts'
import { invalid } from '../json-request.ts'
import { fitsStrict } from '../openai-strict.ts'
import { said } from '../said.ts'

/** What else a tool may say has no place in other dialects. */
const knownFields: ReadonlySet<string> = new Set([
  'type',
  'name',
  'description',
  'parameters',
  'strict',
  'format',
])

/** Reads the tools of a request. Names of fields that no other dialect knows are put into `foreign`. */
export function decodeTools(tools: unknown, foreign: Set<string>): Tool[] {
  return Array.isArray(tools) ? tools.filter(isFields).map((tool) => decodeTool(tool, foreign)) : []
}

function decodeTool(tool: Fields, foreign: Set<string>): Tool {
  const kind = kindOf(tool, 'tools')
  for (const [name, value] of Object.entries(tool))
    if (!knownFields.has(name) && (value ?? null) !== null && value !== false) foreign.add(name)
  const name = textOf(tool, 'name')
  if (name === undefined || name === '') throw invalid('A tool must have a name.', 'tools')
  const description = textOf(tool, 'description')
  if (kind === 'custom') return { kind, name, ...said({ description, grammar: grammarOf(tool) }) }
  const schema = objectOf(tool, 'parameters')
  return { kind, name, ...said({ description, schema, strict: strictnessOf(tool, schema) }) }
}

/** Here a function that says nothing is strict, as far as its schema can be kept to. */
function strictnessOf({ strict }: Fields, schema: JsonObject | undefined): boolean | undefined {
  if (typeof strict === 'boolean') return strict
  return schema && fitsStrict(schema) ? true : undefined
}

/** Here the grammar is the format itself; free text is what a tool takes that has none. */
function grammarOf(tool: Fields): JsonObject | undefined {
  const format = objectOf(tool, 'format')
  if (!format || format['type'] === 'text') return undefined
  return Object.fromEntries(Object.entries(format).filter(([name]) => name !== 'type'))
}

function kindOf({ type }: Fields, param: string): Tool['kind'] {
  if (type === 'function' || type === 'custom') return type
  throw new WeirError(
    'cannot_translate',
    `Only providers that speak Responses know tools of type ${String(type)}: define it as a function.`,
    { param },
  )
}

function objectOf(tool: Fields, name: string): JsonObject | undefined {
  const value = tool[name] ?? undefined
  if (value !== undefined && !isFields(value)) throw invalid(`${name} of a tool must be an object.`, 'tools')
  return value
}

const modes: Readonly<Record<string, ToolChoice['mode']>> = { auto: 'auto', none: 'none', required: 'any' }

export function decodeToolChoice(choice: unknown): ToolChoice | undefined {
  if ((choice ?? null) === null) return undefined
  if (typeof choice === 'string' && Object.hasOwn(modes, choice)) return { mode: modes[choice] ?? 'auto' }
  if (!isFields(choice))
    throw invalid('tool_choice must be auto, none, required or an object.', 'tool_choice')
  if (choice['type'] === 'allowed_tools') {
    const names = listOf(choice, 'tools').map((tool) => chosenName(isFields(tool) ? tool : {}))
    return { mode: choice['mode'] === 'required' ? 'any' : 'auto', names }
  }
  return { mode: 'any', names: [chosenName(choice)] }
}

function chosenName(tool: Fields): string {
  kindOf(tool, 'tool_choice')
  const name = textOf(tool, 'name')
  if (name === undefined) throw invalid('tool_choice must name its tools.', 'tool_choice')
  return name
}
