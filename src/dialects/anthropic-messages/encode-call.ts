import type { OutputConfig, TextBlockParam } from '@anthropic-ai/sdk/resources/messages'
import type { ChatCall } from '../../core/chat/call.ts'
import type { CallTarget, EncodedCall } from '../../core/dialect.ts'
import { prefixedId } from '../json-edits.ts'
import { cleanSchema } from './clean-schema.ts'
import { encodeSampling } from './encode-sampling.ts'
import { encodeThinking, type EncodedThinking } from './encode-thinking.ts'
import { encodeTools } from './encode-tools.ts'
import { encodeTurns } from './encode-turns.ts'
import { answersByTool, Encoding } from './encoding.ts'

/** Writes a call as a messages request. */
export function encodeCall(call: ChatCall, target: CallTarget): EncodedCall {
  const encoding = new Encoding(call, target)
  const tools = encodeTools(encoding)
  const { system, messages } = encodeTurns(encoding)
  const forced = tools.tool_choice?.type === 'any' || tools.tool_choice?.type === 'tool'
  const thought = encodeThinking(encoding, { messages, forced })
  const { thinking } = thought
  const thinks = thinking !== undefined && thinking.type !== 'disabled'
  const instructions = [...system, ...formatInstructions(encoding)]
  const body = {
    model: target.upstreamModel,
    max_tokens: target.outputCap,
    ...(instructions.length > 0 && { system: instructions }),
    messages,
    ...tools,
    ...(thinking && { thinking }),
    ...outputConfig(encoding, thought),
    ...encodeSampling(encoding, thinks),
    ...stopSequences(encoding),
    ...(call.endUser !== undefined && { metadata: { user_id: prefixedId(call.endUser, target.org) } }),
    ...serviceTier(encoding),
    ...(call.stream && { stream: true }),
  }
  dropRest(encoding)
  return { body: new TextEncoder().encode(JSON.stringify(body)), dropped: [...encoding.dropped] }
}

type SchemaFormat = Extract<ChatCall['format'], { readonly type: 'schema' }>

/** What there is no setting for is said: JSON without a schema, or one that no tool of older models can have. */
function formatInstructions(encoding: Encoding): TextBlockParam[] {
  const { format } = encoding.call
  if (!format || (format.type === 'schema' && (encoding.traits.schema || answersByTool(encoding)))) return []
  encoding.dropped.add(format.type === 'schema' ? 'json_schema' : 'json_object')
  const what =
    format.type === 'json' ? 'object' : `value that fits this schema: ${JSON.stringify(format.schema)}`
  const text = `Answer with nothing but valid JSON, without Markdown around it: one ${what}`
  return [{ type: 'text', text }]
}

function outputConfig(
  { call, traits }: Encoding,
  { effort }: EncodedThinking,
): { readonly output_config?: OutputConfig } {
  const { format } = call
  const schema = format?.type === 'schema' && traits.schema ? describedSchema(format) : undefined
  if (!schema && effort === undefined) return {}
  return {
    output_config: {
      ...(effort !== undefined && { effort }),
      ...(schema && { format: { type: 'json_schema', schema } }),
    },
  }
}

/** A schema says itself what it is called and about, unless it only refers to another. */
function describedSchema({ schema, name, description }: SchemaFormat) {
  const cleaned = cleanSchema(schema)
  if ('$ref' in cleaned) return cleaned
  return {
    ...(name !== undefined && { title: name }),
    ...(description !== undefined && { description }),
    ...cleaned,
  }
}

function stopSequences(encoding: Encoding): { readonly stop_sequences?: readonly string[] } {
  const { stop } = encoding.call
  const worded = stop.filter((text) => text.trim() !== '')
  encoding.drop('stop', worded.length < stop.length)
  return worded.length > 0 ? { stop_sequences: worded } : {}
}

const tiers: Readonly<Record<string, string>> = { standard: 'standard_only', auto: 'auto' }

function serviceTier(encoding: Encoding): { readonly service_tier?: string } {
  const { serviceTier } = encoding.call
  if (serviceTier === undefined) return {}
  const tier = Object.hasOwn(tiers, serviceTier) ? tiers[serviceTier] : undefined
  encoding.drop('service_tier', tier === undefined)
  return tier === undefined ? {} : { service_tier: tier }
}

function dropRest(encoding: Encoding): void {
  const { verbosity, cacheKey, metadata } = encoding.call
  encoding.drop('verbosity', verbosity !== undefined)
  encoding.drop('prompt_cache_key', cacheKey !== undefined)
  encoding.drop('metadata', metadata !== undefined && Object.keys(metadata).length > 0)
}
