import type { Call } from './call.ts'
import type { Flavour } from './flavours/flavour.ts'
import type { Json } from './json.ts'
import { part, type Part } from './part.ts'

/** One event; JSON has no line ends of its own, so the text may be turned to CRLF afterwards. */
export function eventText(data: unknown, name?: string): string {
  return `${name ? `event: ${name}\n` : ''}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
}

/** The same for each choice of the call. */
function* forChoices(call: Call, delta: Json, finish: string | null = null): Generator<Json> {
  for (let index = 0; index < call.choices; index++)
    yield { index, delta, logprobs: null, finish_reason: finish }
}

function* choicesInOrder(call: Call, flavour: Flavour): Generator<Json> {
  yield* forChoices(call, flavour.firstDelta(call))
  for (const token of call.content.tokens) {
    const delta = flavour.delta(token)
    if (delta) yield* forChoices(call, delta)
  }
  yield* forChoices(call, flavour.lastDelta, call.content.finish)
}

/** The events of a stream, one part each: keep-alives, deltas, finish, usage, `[DONE]`. */
export function streamParts(call: Call, flavour: Flavour, usage: Json | undefined): Part[] {
  const comment = part(': keep-alive\n\n')
  const parts = Array.from({ length: call.script.keep_alives ?? flavour.keepAlives }, () => comment)
  const choices = [...choicesInOrder(call, flavour)]
  const last = choices.length - 1
  for (const [at, choice] of choices.entries()) {
    const told = flavour.usageWithFinish && at === last ? usage : undefined
    parts.push(part(eventText(flavour.chunk(call, { choices: [choice], usage: told, at })), told))
  }
  if (usage && call.includeUsage && !flavour.usageWithFinish) {
    const chunk = flavour.chunk(call, { choices: [], usage, at: choices.length })
    parts.push(part(eventText(chunk), usage))
  }
  if (!call.script.no_done) parts.push(part(eventText('[DONE]')))
  return parts
}
