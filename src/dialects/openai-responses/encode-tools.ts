import type {
  ResponseTextConfig,
  Tool as WireTool,
  ToolChoiceAllowed,
  ToolChoiceCustom,
  ToolChoiceFunction,
  ToolChoiceOptions,
} from 'openai/resources/responses/responses'
import type { AnswerFormat, ChatCall, JsonObject, Tool } from '../../core/chat/call.ts'
import { isFields, textOf } from '../fields.ts'
import { said } from './said.ts'

type Grammar = Extract<WireTool, { type: 'custom' }>['format']

export function encodeTool(tool: Tool): WireTool {
  const { kind, name, description } = tool
  if (kind === 'custom')
    return { type: kind, name, ...said({ description, format: grammarOf(tool.grammar) }) }
  return {
    type: kind,
    name,
    ...said({ description }),
    parameters: tool.schema ?? { type: 'object', properties: {} },
    // Here a tool that says nothing of it is strict.
    strict: tool.strict ?? false,
  }
}

/** OpenAI has the grammar of a tool within the format here, and one level further down in chat completions. */
function grammarOf(grammar: JsonObject | undefined): Grammar | undefined {
  if (!grammar) return undefined
  const inner = isFields(grammar['grammar']) ? grammar['grammar'] : grammar
  const [definition, syntax] = [textOf(inner, 'definition'), inner['syntax']]
  if (definition === undefined || (syntax !== 'lark' && syntax !== 'regex')) return { type: 'text' }
  return { type: 'grammar', definition, syntax }
}

type WireChoice = ToolChoiceOptions | ToolChoiceAllowed | ToolChoiceFunction | ToolChoiceCustom

export function encodeToolChoice({ toolChoice, tools }: ChatCall): WireChoice | undefined {
  if (!toolChoice) return undefined
  const { mode, names } = toolChoice
  const required = mode === 'any' ? 'required' : mode
  if (!names || required === 'none') return required
  const chosen = names.map((name) => ({
    type: tools.find((tool) => tool.name === name)?.kind ?? 'function',
    name,
  }))
  const [only] = chosen
  if (required === 'required' && only && chosen.length === 1) return only
  return { type: 'allowed_tools', mode: required, tools: chosen }
}

export function encodeText({ format, verbosity }: ChatCall): ResponseTextConfig | undefined {
  if (!format && verbosity === undefined) return undefined
  return said({ format: format && encodeFormat(format), verbosity })
}

function encodeFormat(format: AnswerFormat): NonNullable<ResponseTextConfig['format']> {
  if (format.type === 'json') return { type: 'json_object' }
  const { schema, name = 'answer', description, strict } = format
  return { type: 'json_schema', name, schema, ...said({ description, strict }) }
}
