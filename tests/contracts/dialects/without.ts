import type { ChatCall, Part, Sampling, Turn } from '../../../src/core/chat/call.ts'

type Strip = (call: ChatCall) => ChatCall

/** A call without what a dialect may say that it dropped, by the name that it goes by. */
const strips: Readonly<Record<string, Strip>> = {
  n: (call) => ({ ...call, answers: 1 }),
  stop: (call) => ({ ...call, stop: [] }),
  metadata: (call) => without(call, 'metadata'),
  end_user: (call) => without(call, 'endUser'),
  prompt_cache_key: (call) => without(call, 'cacheKey'),
  service_tier: (call) => without(call, 'serviceTier'),
  verbosity: (call) => without(call, 'verbosity'),
  parallel_tool_calls: (call) => without(call, 'parallelTools'),
  tool_choice: (call) => without(call, 'toolChoice'),
  response_format: (call) => without(call, 'format'),
  json_schema: (call) => without(call, 'format'),
  seed: sampling('seed'),
  temperature: sampling('temperature'),
  top_p: sampling('topP'),
  top_k: sampling('topK'),
  logprobs: sampling('topLogprobs'),
  presence_penalty: sampling('presencePenalty'),
  frequency_penalty: sampling('frequencyPenalty'),
  reasoning: (call) =>
    withParts(without(call, 'reasoning'), (part) => (part.type === 'reasoning' ? [] : [part])),
  reasoning_effort: (call) => without(call, 'reasoning'),
  reasoning_budget: (call) => without(call, 'reasoning'),
  reasoning_visible: (call) => without(call, 'reasoning'),
  strict: (call) => {
    const tools = call.tools.map((tool) => without(tool, 'strict'))
    const { format } = call
    return { ...call, tools, ...(format?.type === 'schema' && { format: without(format, 'strict') }) }
  },
  grammar: (call) => ({ ...call, tools: call.tools.map((tool) => without(tool, 'grammar')) }),
  cache_control: stripCache,
  cache_ttl: stripCache,
  citations: fields('citations', 'cite'),
  document_context: fields('context'),
  name: (call) => {
    const unnamed = fields('name')(call)
    return { ...unnamed, turns: unnamed.turns.map((turn) => without(turn, 'name')) }
  },
  detail: fields('detail'),
  is_error: (call) =>
    withParts(call, (part) => [part.type === 'tool_result' ? { ...part, isError: false } : part]),
  refusal: (call) => withParts(call, (part) => (part.type === 'refusal' ? [] : [part])),
}

/** A call without all of these. A name that is not known here is one that no caller will know. */
export function withoutAll(call: ChatCall, dropped: readonly string[]): ChatCall {
  return dropped.reduce((call, name) => {
    const strip = strips[name]
    if (!strip) throw new Error(`Nobody knows what ${name} is that was dropped.`)
    return strip(call)
  }, call)
}

export function without<T extends object, K extends keyof T>(
  value: T,
  ...names: readonly K[]
): Omit<T, K> & T {
  const rest = { ...value }
  for (const name of names) delete rest[name]
  return rest
}

function sampling(name: keyof Sampling): Strip {
  return (call) => ({ ...call, sampling: without(call.sampling, name) })
}

/** The parts of all turns anew, those inside of results too. */
export function withParts(call: ChatCall, change: (part: Part) => readonly Part[]): ChatCall {
  const inTurn = (turn: Turn): Turn => ({
    ...turn,
    parts: turn.parts.flatMap((part) =>
      part.type === 'tool_result'
        ? change({ ...part, content: part.content.flatMap(change) as typeof part.content })
        : change(part),
    ),
  })
  const system = call.system.flatMap(change) as ChatCall['system']
  return { ...call, system, turns: call.turns.map(inTurn).filter(({ parts }) => parts.length > 0) }
}

/** Without these fields of any part that is no call of a tool. */
function fields(...names: readonly string[]): Strip {
  return (call) =>
    withParts(call, (part) => [
      part.type === 'tool_call' ? part : (without(part as object, ...(names as never[])) as Part),
    ])
}

function stripCache(call: ChatCall): ChatCall {
  const bare = withParts(call, (part) => [without(part as Part & { cache?: unknown }, 'cache') as Part])
  return { ...bare, tools: call.tools.map((tool) => without(tool, 'cache')) }
}
