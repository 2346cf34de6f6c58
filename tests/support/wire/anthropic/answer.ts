import type { Memory } from '../memory.ts'
import type { Act, WireFinish } from '../scene.ts'
import { messageOf, serverSent, untilError } from '../sse.ts'
import { blocksOf, type Block } from './content.ts'
import { errorObject } from './errors.ts'
import type { MessageRequest } from './request.ts'

const stopReasons: Record<WireFinish, string> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  content_filter: 'refusal',
}

function stopOf({ finish, scene }: Act) {
  const isRefusal = finish === 'content_filter'
  return {
    stop_reason: scene.stopSequence === undefined ? stopReasons[finish] : 'stop_sequence',
    stop_sequence: scene.stopSequence ?? null,
    stop_details: isRefusal ? { type: 'refusal', category: null, explanation: null } : null,
  }
}

/** Input is told without what the cache had and got. */
function inputUsage({ usage }: Act) {
  return {
    input_tokens: usage.input - usage.cached - usage.cacheWrite,
    cache_creation_input_tokens: usage.cacheWrite,
    cache_read_input_tokens: usage.cached,
  }
}

function outputUsage({ usage }: Act) {
  return {
    output_tokens: usage.output,
    output_tokens_details: { thinking_tokens: usage.reasoning },
  }
}

function wholeUsage(act: Act) {
  return {
    ...inputUsage(act),
    cache_creation: {
      ephemeral_5m_input_tokens: act.usage.cacheWrite,
      ephemeral_1h_input_tokens: 0,
    },
    ...outputUsage(act),
    server_tool_use: null,
    service_tier: 'standard',
    inference_geo: null,
    speed: null,
  }
}

function headOf(request: MessageRequest, memory: Memory) {
  return {
    id: memory.make('msg_01'),
    type: 'message',
    role: 'assistant',
    model: request.model,
    container: null,
    diagnostics: null,
  }
}

/** The answer whole. */
export function wholeMessage(act: Act, request: MessageRequest, memory: Memory): object {
  return {
    ...headOf(request, memory),
    content: blocksOf(act, request, memory).map((block) => block.whole()),
    ...stopOf(act),
    usage: wholeUsage(act),
  }
}

interface Event {
  readonly type: string
}

function* eventsOfBlock(block: Block, index: number): Generator<Event> {
  yield { type: 'content_block_start', index, content_block: block.start } as Event
  if (index === 0) yield { type: 'ping' }
  for (const delta of block.deltas()) yield { type: 'content_block_delta', index, delta } as Event
  yield { type: 'content_block_stop', index } as Event
}

function* messageEvents(act: Act, request: MessageRequest, memory: Memory): Generator<Event> {
  const usage = { ...wholeUsage(act), output_tokens: 1, output_tokens_details: null }
  const begun = { stop_reason: null, stop_sequence: null, stop_details: null, usage }
  yield { type: 'message_start', message: { ...headOf(request, memory), content: [], ...begun } } as Event
  for (const [index, block] of blocksOf(act, request, memory).entries()) yield* eventsOfBlock(block, index)
  const told = { ...inputUsage(act), ...outputUsage(act), server_tool_use: null }
  yield { type: 'message_delta', delta: { container: null, ...stopOf(act) }, usage: told } as Event
  if (!act.scene.noDone) yield { type: 'message_stop' }
}

/** The answer as a stream. */
export function* messageStream(act: Act, request: MessageRequest, memory: Memory): Generator<string> {
  const events = untilError(messageEvents(act, request, memory), act.scene, (error) => [
    errorObject(error.status, messageOf(error), error.kind),
  ])
  for (const event of events) yield serverSent(event, event.type)
}
