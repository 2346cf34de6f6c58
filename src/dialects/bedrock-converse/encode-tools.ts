import type { ChatCall, Tool, ToolChoice } from '../../core/chat/call.ts'
import { cachePoint } from './cache-points.ts'
import type { Block, Encoding } from './encoding.ts'
import { isBlank, wireName } from './encode-parts.ts'
import { untranslatable } from './media.ts'
import { enforceable } from './schema.ts'

/** What a call says of tools, in the three places where Converse may have it. */
export interface ToolFields {
  readonly toolConfig?: { readonly tools: readonly Block[]; readonly toolChoice?: Block }
  /** Claude's own word for the choice: it says what Converse's cannot. Never beside Converse's, that is refused. */
  readonly modelChoice?: Block
  /** What is asked for in words, for want of a field. */
  readonly instruction?: string
}

/** A history with calls of tools is refused without tools: then they go along, and the model is told not to call them. */
export function toolFields(call: ChatCall, encoding: Encoding): ToolFields {
  const past = pastTools(call)
  const { tools, choice } = chosenTools(call)
  if (choice.mode === 'none' || tools.length === 0) {
    if (past.size === 0) return {}
    const kept = tools.length > 0 ? tools : [...past].map((name): Tool => ({ kind: 'function', name }))
    return { toolConfig: { tools: toolBlocks(kept, encoding) }, ...forbidden(encoding) }
  }
  const blocks = toolBlocks(tools, encoding)
  const wire = wireChoice(choice, encoding)
  if (call.parallelTools === false) {
    if (encoding.traits.maker === 'anthropic')
      return { toolConfig: { tools: blocks }, modelChoice: { ...wire, disable_parallel_tool_use: true } }
    encoding.dropped.add('parallel_tool_calls')
  }
  return { toolConfig: { tools: blocks, ...(call.toolChoice && { toolChoice: converseChoice(wire) }) } }
}

/** Names of the tools that were called, or whose results are told. */
function pastTools({ turns }: ChatCall): Set<string> {
  const parts = turns.flatMap((turn) => turn.parts)
  const names = parts.flatMap((part) => (part.type === 'tool_call' ? [wireName(part.name)] : []))
  return new Set(names.length === 0 && parts.some(({ type }) => type === 'tool_result') ? ['tool'] : names)
}

function chosenTools({ tools, toolChoice = { mode: 'auto' } }: ChatCall) {
  const { names } = toolChoice
  const named = names && tools.filter(({ name }) => names.includes(name))
  // One name that must be called is told as such; the other tools stay where the provider's cache knows them.
  const isOne = toolChoice.mode === 'any' && names?.length === 1
  return { choice: toolChoice, tools: named && named.length > 0 && !isOne ? named : tools }
}

function forbidden({ traits, dropped }: Encoding): Pick<ToolFields, 'modelChoice' | 'instruction'> {
  if (traits.maker === 'anthropic') return { modelChoice: { type: 'none' } }
  dropped.add('tool_choice')
  return { instruction: 'Answer without calling any tool.' }
}

type WireChoice = { readonly type: 'auto' | 'any' } | { readonly type: 'tool'; readonly name: string }

function wireChoice({ mode, names }: ToolChoice, { traits, dropped }: Encoding): WireChoice {
  if (mode !== 'any') return { type: 'auto' }
  if (!traits.forcedTools) {
    dropped.add('tool_choice')
    return { type: 'auto' }
  }
  const [name] = names ?? []
  return name !== undefined && names?.length === 1 ? { type: 'tool', name } : { type: 'any' }
}

function converseChoice(choice: WireChoice): Block {
  return { [choice.type]: choice.type === 'tool' ? { name: choice.name } : {} }
}

function toolBlocks(tools: readonly Tool[], encoding: Encoding): Block[] {
  return tools.flatMap((tool) => [toolBlock(tool, encoding), ...toolCachePoints(tool, encoding)])
}

function toolCachePoints({ cache }: Tool, { traits, dropped }: Encoding): Block[] {
  if (!cache) return []
  if (traits.caches === 'all') return [cachePoint(cache)]
  dropped.add('cache_control')
  return []
}

function toolBlock(tool: Tool, encoding: Encoding): Block {
  const { name, description = '' } = tool
  if (tool.kind === 'custom')
    throw untranslatable(`This provider has no custom tools: send ${name} as a function.`)
  if (wireName(name) !== name)
    throw untranslatable(
      `This provider takes names of tools of up to 64 letters, digits, _ and -: not ${name}.`,
    )
  const { strict, schema } = strictness(tool, encoding)
  return {
    toolSpec: {
      name,
      ...(!isBlank(description) && { description }),
      ...(strict && { strict }),
      inputSchema: {
        json: { type: 'object', ...(Object.keys(schema).length === 0 && { properties: {} }), ...schema },
      },
    },
  }
}

function strictness({ strict = false, schema = {} }: Tool, { traits, dropped }: Encoding) {
  if (!strict || !traits.schemas) {
    if (strict) dropped.add('strict')
    return { strict: false, schema }
  }
  if (traits.maker !== 'anthropic') return { strict, schema }
  const { schema: closed, weakened } = enforceable(schema)
  if (weakened) dropped.add('strict')
  return { strict, schema: closed }
}
