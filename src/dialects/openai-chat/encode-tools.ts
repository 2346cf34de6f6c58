import type { AnswerFormat, ChatCall, Tool, ToolChoice } from '../../core/chat/call.ts'
import { keptStrict } from '../openai-strict.ts'

/** The tools, and how they may be called: of both no word without any tool. */
export function encodeTools(call: ChatCall, dropped: Set<string>) {
  const { tools, toolChoice, parallelTools } = call
  if (tools.length === 0) {
    if (toolChoice?.mode === 'any') dropped.add('tool_choice')
    return {}
  }
  return {
    tools: tools.map((tool) => encodeTool(tool, dropped)),
    ...(toolChoice && { tool_choice: encodeChoice(toolChoice, tools) }),
    ...(parallelTools !== undefined && { parallel_tool_calls: parallelTools }),
  }
}

function encodeTool(tool: Tool, dropped: Set<string>): object {
  const { kind, name, description, schema, strict, grammar, cache } = tool
  if (cache) dropped.add('cache_control')
  const named = { name, ...(description !== undefined && { description }) }
  if (kind === 'function') {
    const kept = keptStrict(tool, dropped)
    const shape = { ...(schema && { parameters: schema }), ...(kept !== undefined && { strict: kept }) }
    return { type: kind, function: { ...named, ...shape } }
  }
  if (strict) dropped.add('strict')
  return { type: kind, custom: { ...named, ...(grammar && { format: { type: 'grammar', grammar } }) } }
}

const words = { none: 'none', auto: 'auto', any: 'required' } as const

function encodeChoice({ mode, names = [] }: ToolChoice, tools: readonly Tool[]): string | object {
  if (mode === 'none' || names.length === 0) return words[mode]
  const named = names.map((name) => nameTool(name, tools))
  const [only] = named
  if (mode === 'any' && named.length === 1 && only) return only
  return { type: 'allowed_tools', allowed_tools: { mode: words[mode], tools: named } }
}

function nameTool(name: string, tools: readonly Tool[]): object {
  const kind = tools.find((tool) => tool.name === name)?.kind ?? 'function'
  return { type: kind, [kind]: { name } }
}

export function encodeFormat(format: AnswerFormat, dropped: Set<string>): object {
  if (format.type === 'json') return { type: 'json_object' }
  const { schema, name = 'answer', description } = format
  const strict = keptStrict(format, dropped)
  return {
    type: 'json_schema',
    json_schema: {
      name,
      ...(description !== undefined && { description }),
      schema,
      ...(strict !== undefined && { strict }),
    },
  }
}
