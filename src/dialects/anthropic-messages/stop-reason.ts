import type { Finish } from '../../core/chat/answer.ts'

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

/** Some providers say `stop` although the model waits for a tool. */
export function printReason(finish: Finish, callsTools: boolean): string {
  return callsTools && finish === 'stop' ? 'tool_use' : reasonOf[finish]
}
