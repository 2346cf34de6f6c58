import type {
  ResponseTextConfig,
  Tool as WireTool,
  ToolChoiceAllowed,
  ToolChoiceCustom,
  ToolChoiceFunction,
  ToolChoiceOptions,
} from 'openai/resources/responses/responses'
import type { AnswerFormat, ChatCall, JsonObject, Tool, ToolChoice } from '../../core/chat/call.ts'
import { keptStrict } from '../openai-strict.ts'
import { said } from '../said.ts'

type Grammar = Extract<WireTool, { type: 'custom' }>['format']

/** The tools, and how they may be called: of that no word without any tool. */
export function encodeTools(call: ChatCall, dropped: Set<string>) {
  const { tools, toolChoice, parallelTools } = call
  if (tools.length === 0) {
    if (toolChoice?.mode === 'any') dropped.add('tool_choice')
    return {}
  }
  if (tools.some((tool) => tool.cache)) dropped.add('cache_control')
  return {
    tools: tools.map((tool) => encodeTool(tool, dropped)),
    ...said({
      tool_choice: toolChoice && encodeToolChoice(toolChoice, tools),
      parallel_tool_calls: parallelTools,
    }),
  }
}

function encodeTool(tool: Tool, dropped: Set<string>): WireTool {
  const { kind, name, description } = tool
  if (kind === 'custom')
    return { type: kind, name, ...said({ description, format: grammarOf(tool.grammar) }) }
  return {
    type: kind,
    name,
    ...said({ description }),
    parameters: tool.schema ?? noArguments(tool.strict === true),
    // Here a tool that says nothing of it is strict.
    strict: keptStrict(tool, dropped) ?? false,
  }
}

/** What stands for no schema; a strict one says that nothing else may come. */
function noArguments(isStrict: boolean): JsonObject {
  return { type: 'object', properties: {}, ...(isStrict && { required: [], additionalProperties: false }) }
}

/** Here the grammar is the format itself, not a field of it. */
function grammarOf(grammar: JsonObject | undefined): Grammar | undefined {
  // Whether it is a good one is for the provider to say.
  return grammar && ({ ...grammar, type: 'grammar' } as unknown as Grammar)
}

type WireChoice = ToolChoiceOptions | ToolChoiceAllowed | ToolChoiceFunction | ToolChoiceCustom

function encodeToolChoice({ mode, names = [] }: ToolChoice, tools: readonly Tool[]): WireChoice {
  const required = mode === 'any' ? 'required' : mode
  if (names.length === 0 || required === 'none') return required
  const chosen = names.map((name) => ({
    type: tools.find((tool) => tool.name === name)?.kind ?? 'function',
    name,
  }))
  const [only] = chosen
  if (required === 'required' && only && chosen.length === 1) return only
  return { type: 'allowed_tools', mode: required, tools: chosen }
}

export function encodeText(
  { format, verbosity }: ChatCall,
  dropped: Set<string>,
): ResponseTextConfig | undefined {
  if (!format && verbosity === undefined) return undefined
  return said({ format: format && encodeFormat(format, dropped), verbosity })
}

function encodeFormat(format: AnswerFormat, dropped: Set<string>): NonNullable<ResponseTextConfig['format']> {
  if (format.type === 'json') return { type: 'json_object' }
  const { schema, name = 'answer', description } = format
  const strict = keptStrict(format, dropped)
  return { type: 'json_schema', name, schema, ...said({ description, strict }) }
}
