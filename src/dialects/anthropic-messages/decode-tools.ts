import type { ChatCall, Tool, ToolChoice } from '../../core/chat/call.ts'
import { WeirError } from '../../core/errors.ts'
import type { Fields } from '../fields.ts'
import { invalid } from '../json-request.ts'
import { cacheOf } from './decode-text.ts'
import { listAt, nameable, objectAt, optionalFlag, optionalText, textAt } from './strictly.ts'
import { toolFamily } from './tool-types.ts'

const known: ReadonlySet<string> = new Set([
  'type',
  'name',
  'description',
  'input_schema',
  'strict',
  'cache_control',
])

export function decodeTools(tools: unknown, foreign: Set<string>): Tool[] {
  return listAt(tools, 'tools').map((item, index) => {
    const at = `tools.${index}`
    const tool = objectAt(item, at)
    if (toolFamily(tool) !== 'custom') throw builtIn(at)
    for (const [name, value] of Object.entries(tool))
      if (!known.has(name) && value !== false && value !== null) foreign.add(nameable(name, 'tools'))
    return decodeTool(tool, at)
  })
}

function decodeTool(tool: Fields, at: string): Tool {
  const description = optionalText(tool['description'], `${at}.description`)
  const strict = optionalFlag(tool['strict'], `${at}.strict`)
  return {
    kind: 'function',
    name: textAt(tool['name'], `${at}.name`),
    ...(description !== undefined && { description }),
    schema: objectAt(tool['input_schema'], `${at}.input_schema`),
    ...(strict !== undefined && { strict }),
    ...cacheOf(tool, at),
  }
}

function builtIn(at: string): WeirError {
  const message = "This provider's models do not know Anthropic's own tools: describe it as a custom tool."
  return new WeirError('cannot_translate', message, { param: `${at}.type` })
}

const modes = { auto: 'auto', any: 'any', none: 'none', tool: 'any' } as const

export function decodeToolChoice(choice: unknown): Pick<ChatCall, 'toolChoice' | 'parallelTools'> {
  if ((choice ?? undefined) === undefined) return {}
  const fields = objectAt(choice, 'tool_choice')
  const type = textAt(fields['type'], 'tool_choice.type')
  if (!isMode(type)) throw invalid('tool_choice.type must be auto, any, tool or none.', 'tool_choice.type')
  const names = type === 'tool' ? [textAt(fields['name'], 'tool_choice.name')] : undefined
  const toolChoice: ToolChoice = { mode: modes[type], ...(names && { names }) }
  const param = 'tool_choice.disable_parallel_tool_use'
  const disabled = optionalFlag(fields['disable_parallel_tool_use'], param)
  return { toolChoice, ...(disabled !== undefined && { parallelTools: !disabled }) }
}

function isMode(type: string): type is keyof typeof modes {
  return Object.hasOwn(modes, type)
}
