import type { ChatCall } from '../../core/chat/call.ts'
import type { CallTarget, EncodedCall } from '../../core/dialect.ts'
import { withFewPoints } from './cache-points.ts'
import { formatFields } from './encode-format.ts'
import { thinkingFields } from './encode-reasoning.ts'
import { samplingFields } from './encode-sampling.ts'
import { toolFields } from './encode-tools.ts'
import { messages, systemBlocks } from './encode-turns.ts'
import { beginEncoding, type Block, type Encoding } from './encoding.ts'
import { metadataFields } from './encode-metadata.ts'

/** Writes a call as Converse takes it. Whether it streams, and which model it is for, is told in the address. */
export function encodeCall(call: ChatCall, target: CallTarget): EncodedCall {
  const encoding = beginEncoding(target)
  const thinking = thinkingFields(call, encoding)
  const { toolConfig, modelChoice, instruction } = toolFields(call, encoding)
  const format = formatFields(call.format, encoding)
  const sampling = samplingFields(call, thinking.on, encoding)
  const instructions = [instruction, format.instruction].flatMap((text) =>
    text === undefined ? [] : [{ text }],
  )
  const modelFields = {
    ...thinking.fields,
    ...sampling.modelFields,
    ...(modelChoice && { tool_choice: modelChoice }),
  }
  const turns = messages(call.turns, encoding)
  const [tools = [], system = [], ...contents] = withFewPoints(
    [
      toolConfig?.tools ?? [],
      [...systemBlocks(call, encoding), ...instructions],
      ...turns.map(({ content }) => content),
    ],
    encoding.dropped,
  )
  noteUncarried(call, encoding)
  const body: Block = {
    ...(system.length > 0 && { system }),
    messages: turns.map(({ role }, at) => ({ role, content: contents[at] })),
    inferenceConfig: { maxTokens: target.outputCap, ...sampling.inference },
    ...(toolConfig && { toolConfig: { ...toolConfig, tools } }),
    ...(format.outputConfig && { outputConfig: format.outputConfig }),
    ...metadataFields(call, encoding),
    ...(Object.keys(modelFields).length > 0 && { additionalModelRequestFields: modelFields }),
    ...responsePaths(call, encoding),
  }
  return { body: new TextEncoder().encode(JSON.stringify(body)), dropped: [...encoding.dropped] }
}

/** Which stop sequence was met is only told where it is asked for. A path that leads nowhere is passed over. */
function responsePaths({ stop }: ChatCall, { traits }: Encoding): Block {
  const asks = stop.length > 0 && traits.maker === 'anthropic'
  return asks ? { additionalModelResponseFieldPaths: ['/stop_sequence', '/delta/stop_sequence'] } : {}
}

/** What Converse has no field for, whatever the model. */
const uncarried: Readonly<Record<string, (call: ChatCall) => boolean>> = {
  seed: ({ sampling }) => sampling.seed !== undefined,
  presence_penalty: ({ sampling }) => (sampling.presencePenalty ?? 0) !== 0,
  frequency_penalty: ({ sampling }) => (sampling.frequencyPenalty ?? 0) !== 0,
  logprobs: ({ sampling }) => sampling.topLogprobs !== undefined,
  n: ({ answers }) => answers > 1,
  verbosity: ({ verbosity }) => verbosity !== undefined,
  prompt_cache_key: ({ cacheKey }) => cacheKey !== undefined,
  // Only the standard tier has a price here.
  service_tier: ({ serviceTier = 'standard' }) => serviceTier !== 'standard',
}

function noteUncarried(call: ChatCall, { dropped }: Encoding): void {
  for (const [name, isWanted] of Object.entries(uncarried)) if (isWanted(call)) dropped.add(name)
}
