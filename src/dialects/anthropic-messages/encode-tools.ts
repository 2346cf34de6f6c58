import type { MessageCreateParams, Tool as WireTool } from '@anthropic-ai/sdk/resources/messages'
import type { ChatCall, JsonObject, Tool, ToolChoice } from '../../core/chat/call.ts'
import { cleanSchema } from './clean-schema.ts'
import { answersByTool, cannotTranslate, type Encoding } from './encoding.ts'
import { answerTool } from './tool-input.ts'

type WireChoice = NonNullable<MessageCreateParams['tool_choice']>

/** The tools, and how they are to be chosen. */
interface EncodedTools {
  readonly tools?: readonly WireTool[]
  readonly tool_choice?: WireChoice
}

export function encodeTools(encoding: Encoding): EncodedTools {
  const { format } = encoding.call
  const tools = offeredTools(encoding.call).map((tool) => encodeTool(tool, encoding))
  if (format?.type === 'schema' && answersByTool(encoding)) tools.push(encodeAnswerTool(format.schema))
  if (tools.length === 0) return {}
  const choice = choiceOf(encoding)
  return { tools, ...(choice && { tool_choice: choice }) }
}

/** Of a choice between some tools the others are left out: there is no other word for it, but for a single one. */
function offeredTools({ tools, toolChoice }: ChatCall): readonly Tool[] {
  const names = toolChoice?.names
  if (!names || toolChoice.mode === 'none' || nameOfOnly(toolChoice) !== undefined) return tools
  return tools.filter(({ name }) => names.includes(name))
}

/** The tool that is to be called, where there is no choice. */
function nameOfOnly({ mode, names = [] }: ToolChoice): string | undefined {
  return mode === 'any' && names.length === 1 ? names[0] : undefined
}

const takenName = /^[a-zA-Z0-9_-]{1,128}$/

function encodeTool(tool: Tool, encoding: Encoding): WireTool {
  // The model would answer with an object, and nobody could tell the caller's kind of tool from a function.
  if (tool.kind === 'custom')
    throw cannotTranslate(`This provider has no tools of plain text: send ${tool.name} as a function.`)
  if (!takenName.test(tool.name))
    throw cannotTranslate(
      `This provider takes names of tools of up to 128 letters, digits, _ and -: not ${tool.name}.`,
    )
  const { schema: keepsSchemas } = encoding.traits
  encoding.drop('strict', tool.strict === true && !keepsSchemas)
  const strict = keepsSchemas ? tool.strict : undefined
  return {
    name: tool.name,
    ...(tool.description !== undefined && { description: tool.description }),
    input_schema: inputSchema(tool, strict === true),
    ...(strict !== undefined && { strict }),
    ...encoding.mark(tool.cache),
  }
}

function inputSchema(
  { schema = { type: 'object', properties: {} } }: Tool,
  strict: boolean,
): WireTool['input_schema'] {
  return { ...(strict ? cleanSchema(schema) : schema), type: 'object' }
}

function encodeAnswerTool(schema: JsonObject): WireTool {
  const description = 'Gives the answer. To be called when there is nothing left to do but to answer.'
  return { name: answerTool, description, input_schema: { ...schema, type: 'object' } }
}

/** What the caller chose; where the answer is a tool too, some tool has to be called. */
function choiceOf(encoding: Encoding): WireChoice | undefined {
  const { call, traits } = encoding
  const single = call.parallelTools === undefined ? {} : { disable_parallel_tool_use: !call.parallelTools }
  const wanted = answersByTool(encoding) ? answerChoice(encoding) : callersChoice(encoding)
  if (wanted === undefined) return call.parallelTools === undefined ? undefined : { type: 'auto', ...single }
  if (wanted.type === 'none') return wanted
  const forced = wanted.type !== 'auto'
  if (!forced || traits.forcedTool) return { ...wanted, ...single }
  encoding.dropped.add('tool_choice')
  return { type: 'auto', ...single }
}

function callersChoice({ call }: Encoding): WireChoice | undefined {
  const choice = call.toolChoice
  if (!choice || call.tools.length === 0) return undefined
  const name = nameOfOnly(choice)
  return name === undefined ? { type: choice.mode } : { type: 'tool', name }
}

function answerChoice(encoding: Encoding): WireChoice {
  const choice = callersChoice(encoding)
  if (choice?.type === 'any' || choice?.type === 'tool') return choice
  const isAlone = encoding.call.tools.length === 0 || choice?.type === 'none'
  return isAlone ? { type: 'tool', name: answerTool } : { type: 'any' }
}
