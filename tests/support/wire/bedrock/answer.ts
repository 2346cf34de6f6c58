import { piecesOf, textOfAct } from '../act.ts'
import type { Act, Scene, WireFinish } from '../scene.ts'
import { argumentPieces, messageOf, untilError } from '../sse.ts'
import { streamKindOf } from './errors.ts'
import { frame } from './frames.ts'
import { thinksFor } from './model-rules.ts'
import type { Asked } from './rules.ts'

const stopReasons: Record<WireFinish, string> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  content_filter: 'content_filtered',
}

/** A block of an answer: some of them are announced, the others begin with their first piece. */
interface Block {
  readonly start?: object
  readonly deltas: () => Iterable<object>
  readonly whole: () => object
}

function thought(act: Act, asked: Asked): Block[] {
  const { reasoning } = act.scene
  if (!reasoning || !thinksFor(asked)) return []
  const { text, signature, encrypted } = reasoning
  if (encrypted !== undefined && signature === undefined) {
    const redactedContent = asked.memory.seal(encrypted, { text: undefined })
    const delta = { reasoningContent: { redactedContent } }
    return [{ deltas: () => [delta], whole: () => delta }]
  }
  const seal = asked.memory.seal(signature, { text })
  return [
    {
      deltas: () => [
        ...piecesOf(text).map((piece) => ({ reasoningContent: { text: piece } })),
        { reasoningContent: { signature: seal } },
      ],
      whole: () => ({ reasoningContent: { reasoningText: { text, signature: seal } } }),
    },
  ]
}

function* textDeltas(act: Act): Generator<object> {
  for (const text of act.pieces) yield { text }
}

function said(act: Act): Block[] {
  return act.hasText ? [{ deltas: () => textDeltas(act), whole: () => ({ text: textOfAct(act) }) }] : []
}

/** Mistral's models name calls in nine letters or digits. */
function callId({ model, memory }: Asked): string {
  return /mistral/.test(model) ? memory.make('T').slice(0, 9) : memory.make('tooluse_')
}

function calls(act: Act, asked: Asked): Block[] {
  return act.calls.map(({ name, arguments: input }) => {
    const base = { toolUseId: callId(asked), name }
    const pieces = Object.keys(input).length > 0 ? argumentPieces(JSON.stringify(input)) : ['']
    return {
      start: { toolUse: base },
      deltas: () => pieces.map((piece) => ({ toolUse: { input: piece } })),
      whole: () => ({ toolUse: { ...base, input } }),
    }
  })
}

function blocksOf(act: Act, asked: Asked): Block[] {
  return [...thought(act, asked), ...said(act), ...calls(act, asked)]
}

/** Input is told without what the cache had and got; the total holds all. */
function usageOf({ usage }: Act) {
  return {
    inputTokens: usage.input - usage.cached - usage.cacheWrite,
    outputTokens: usage.output,
    totalTokens: usage.input + usage.output,
    cacheReadInputTokens: usage.cached,
    cacheWriteInputTokens: usage.cacheWrite,
  }
}

function stopOf({ finish, scene: { stopSequence } }: Act, { request }: Asked) {
  const isTold = request.additionalModelResponseFieldPaths?.includes('/delta/stop_sequence')
  return {
    stopReason: stopSequence === undefined ? stopReasons[finish] : 'stop_sequence',
    ...(stopSequence !== undefined &&
      isTold && { additionalModelResponseFields: { delta: { stop_sequence: stopSequence } } }),
  }
}

/** The answer whole. */
export function wholeAnswer(act: Act, asked: Asked): object {
  return {
    output: { message: { role: 'assistant', content: blocksOf(act, asked).map((block) => block.whole()) } },
    ...stopOf(act, asked),
    usage: usageOf(act),
    metrics: { latencyMs: 840 },
  }
}

type Event = readonly [type: string, payload: object]

function* eventsOfBlock({ start, deltas }: Block, contentBlockIndex: number): Generator<Event> {
  if (start) yield ['contentBlockStart', { contentBlockIndex, start }]
  for (const delta of deltas()) yield ['contentBlockDelta', { contentBlockIndex, delta }]
  yield ['contentBlockStop', { contentBlockIndex }]
}

function* eventsOf(act: Act, asked: Asked): Generator<Event> {
  yield ['messageStart', { role: 'assistant' }]
  for (const [index, block] of blocksOf(act, asked).entries()) yield* eventsOfBlock(block, index)
  yield ['messageStop', stopOf(act, asked)]
  if (!act.scene.noDone) yield ['metadata', { usage: usageOf(act), metrics: { latencyMs: 800 } }]
}

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** Of no meaning: it hides how long the rest is. */
function padding(turn: number): string {
  return letters.slice(0, 1 + ((turn * 7) % letters.length))
}

function failure(error: NonNullable<Scene['error']>): Event {
  return [`exception ${streamKindOf(error.status, error.kind)}`, { message: messageOf(error) }]
}

/** The answer as frames. */
export function* answerFrames(act: Act, asked: Asked): Generator<Buffer> {
  const events = untilError<Event>(eventsOf(act, asked), act.scene, (error) => [failure(error)])
  let turn = 0
  for (const [name, payload] of events) {
    const exception = name.startsWith('exception ') ? name.slice('exception '.length) : undefined
    const headers = {
      ...(exception ? { ':exception-type': exception } : { ':event-type': name }),
      ':content-type': 'application/json',
      ':message-type': exception ? 'exception' : 'event',
    }
    const padded = exception ? payload : { ...payload, p: padding(turn++) }
    yield frame(headers, JSON.stringify(padded))
  }
}
