import type { Finish } from '../../core/chat/answer.ts'
import type { ModelRequest } from '../../core/dialect.ts'
import { listOf } from '../fields.ts'
import type { MessagesRequest } from './read-request.ts'

const finishOf: ReadonlyMap<unknown, Finish> = new Map<string, Finish>([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop_sequence'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'content_filter'],
  ['pause_turn', 'pause'],
])

/** Why an answer ended; a reason that is not known is no special one. */
export function readFinish(reason: unknown): Finish {
  return finishOf.get(reason) ?? 'stop'
}

const reasonOf: Readonly<Record<Finish, string>> = {
  stop: 'end_turn',
  stop_sequence: 'stop_sequence',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  content_filter: 'refusal',
  pause: 'pause_turn',
  error: 'end_turn',
}

/** How a message ends. */
export interface StopDelta {
  readonly stop_reason: string
  readonly stop_sequence: string | null
  readonly stop_details: object | null
}

export function stopDelta(reason: string, sequence: string | null = null): StopDelta {
  // A refusal is told with what is known of its cause: nothing, here.
  const details = reason === 'refusal' ? { type: 'refusal', category: null, explanation: null } : null
  return { stop_reason: reason, stop_sequence: sequence, stop_details: details }
}

interface Ending {
  readonly finish: Finish
  readonly stopSequence?: string | undefined
  readonly callsTools: boolean
}

/** The end as messages have it. Some providers say `stop` although the model waits for a tool, or not which sequence it met. */
export function printEnding({ finish, stopSequence, callsTools }: Ending, request: ModelRequest): StopDelta {
  if (finish === 'stop' && callsTools) return stopDelta('tool_use')
  if (finish !== 'stop_sequence') return stopDelta(reasonOf[finish])
  const sequence = stopSequence ?? soleSequence(request as MessagesRequest)
  return sequence === undefined ? stopDelta('end_turn') : stopDelta('stop_sequence', sequence)
}

/** What it must have met, where there was but one to meet. */
function soleSequence({ values }: MessagesRequest): string | undefined {
  const [sole, ...others] = listOf(values, 'stop_sequences')
  return typeof sole === 'string' && others.length === 0 ? sole : undefined
}
