import type { Tool, ToolChoice } from '../../core/chat/call.ts'
import type { Fields } from '../fields.ts'
import { invalid } from '../json-request.ts'
import { camelOf, objectOf, objectsOf, stringOf, stringsOf } from './field-names.ts'
import { toJsonSchema } from './schema.ts'

interface Tools {
  readonly tools: readonly Tool[]
  readonly toolChoice?: ToolChoice
}

/** `VALIDATED` is how Google says that arguments must follow their schema, of all functions at once. */
export function decodeTools(values: Fields, foreign: Set<string>): Tools {
  const toolConfig = objectOf(values, 'toolConfig') ?? {}
  const calling = objectOf(toolConfig, 'functionCallingConfig') ?? {}
  noteForeign(toolConfig, ['functionCallingConfig'], foreign)
  noteForeign(calling, ['mode', 'allowedFunctionNames'], foreign)
  const mode = stringOf(calling, 'mode')
  const tools = objectsOf(values, 'tools')
    .flatMap((tool) => objectsOf(tool, 'functionDeclarations'))
    .map((declaration) => decodeTool(declaration, foreign))
    .map((tool) => (mode === 'VALIDATED' ? { ...tool, strict: true } : tool))
  const toolChoice = decodeChoice(mode, stringsOf(calling, 'allowedFunctionNames'))
  return { tools, ...(toolChoice && { toolChoice }) }
}

const modes: Readonly<Record<string, ToolChoice['mode']>> = {
  AUTO: 'auto',
  VALIDATED: 'auto',
  ANY: 'any',
  NONE: 'none',
}

function decodeChoice(mode: string | undefined, names: readonly string[]): ToolChoice | undefined {
  if (mode === undefined || mode === 'MODE_UNSPECIFIED') return undefined
  const known = Object.hasOwn(modes, mode) ? modes[mode] : undefined
  if (!known) throw invalid('mode must be AUTO, ANY, NONE or VALIDATED.', 'toolConfig')
  const narrows = names.length > 0 && (mode === 'ANY' || mode === 'VALIDATED')
  return { mode: known, ...(narrows && { names }) }
}

const ofDeclaration = ['name', 'description', 'parameters', 'parametersJsonSchema']

function decodeTool(declaration: Fields, foreign: Set<string>): Tool {
  noteForeign(declaration, ofDeclaration, foreign)
  const name = stringOf(declaration, 'name')
  if (!name) throw invalid('Each function must have a name.', 'tools')
  const description = stringOf(declaration, 'description')
  const own = objectOf(declaration, 'parameters')
  const schema = objectOf(declaration, 'parametersJsonSchema') ?? (own && toJsonSchema(own))
  return {
    kind: 'function',
    name,
    ...(description !== undefined && { description }),
    ...(schema && { schema }),
  }
}

function noteForeign(fields: Fields, known: readonly string[], foreign: Set<string>): void {
  for (const [name, value] of Object.entries(fields))
    if (!known.includes(camelOf(name)) && value !== null) foreign.add(camelOf(name))
}
