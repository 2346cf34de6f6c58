import type { ChatCall, Tool, ToolChoice } from '../../core/chat/call.ts'
import { cannotTranslate, type Losses } from './losses.ts'

/** The functions and how freely the model may choose among them. */
export function encodeTools({ tools, toolChoice, parallelTools }: ChatCall, losses: Losses): object {
  if (tools.length === 0) {
    losses.addIf(toolChoice?.mode === 'any', 'tool_choice')
    return {}
  }
  losses.addIf(parallelTools === false, 'parallel_tool_calls')
  const functionDeclarations = tools.map((tool) => encodeTool(tool, losses))
  const isStrict = tools.some(({ strict }) => strict === true)
  const functionCallingConfig = encodeChoice(toolChoice, isStrict)
  return {
    tools: [{ functionDeclarations }],
    ...(functionCallingConfig && { toolConfig: { functionCallingConfig } }),
  }
}

const takenName = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$/

function encodeTool({ kind, name, description, schema, cache }: Tool, losses: Losses): object {
  if (kind === 'custom')
    throw cannotTranslate(`This model takes no custom tools: give ${name} a JSON schema instead.`, 'tools')
  if (!takenName.test(name))
    throw cannotTranslate(
      `This provider takes names of tools of up to 128 letters, digits and _.:-, a letter or _ in front: not ${name}.`,
      'tools',
    )
  losses.addIf(cache !== undefined, 'cache_control')
  return {
    name,
    ...(description !== undefined && { description }),
    ...(schema && { parametersJsonSchema: schema }),
  }
}

/** Names narrow the choice only where arguments are validated, or a call is asked for. */
function encodeChoice(choice: ToolChoice | undefined, isStrict: boolean): object | undefined {
  if (!choice) return isStrict ? { mode: 'VALIDATED' } : undefined
  const { mode, names } = choice
  if (mode === 'none') return { mode: 'NONE' }
  const allowedFunctionNames = names && names.length > 0 ? names : undefined
  const narrowed = allowedFunctionNames && { allowedFunctionNames }
  if (mode === 'any') return { mode: 'ANY', ...narrowed }
  return { mode: isStrict || narrowed ? 'VALIDATED' : 'AUTO', ...narrowed }
}
