import { piecesOf } from '../act.ts'
import type { Memory } from '../memory.ts'
import type { Act, WireFinish } from '../scene.ts'
import { interleave } from '../sse.ts'
import { abilitiesOf } from './models.ts'
import type { Asked } from './turn-rules.ts'

const finishReasons: Record<WireFinish, string> = {
  stop: 'STOP',
  length: 'MAX_TOKENS',
  tool_calls: 'STOP',
  content_filter: 'SAFETY',
}

type Part = Readonly<Record<string, unknown>>

function isSigned(act: Act, { model }: Asked): boolean {
  return act.scene.reasoning?.signature !== undefined || abilitiesOf(model).signsCalls
}

function thoughts(act: Act, { request }: Asked): Part[] {
  const text = act.scene.reasoning?.text ?? ''
  if (!request.generationConfig?.thinkingConfig?.includeThoughts) return []
  return piecesOf(text).map((piece) => ({ text: piece, thought: true }))
}

function seal(act: Act, memory: Memory, owner: string): string {
  return memory.seal(act.scene.reasoning?.signature, { text: undefined, owner })
}

/** Only the first of them is signed, and only newer models name them. */
function calls(act: Act, asked: Asked): Part[] {
  const { memory, model } = asked
  return act.calls.map(({ name, arguments: args }, at) => ({
    functionCall: {
      ...(abilitiesOf(model).signsCalls && { id: memory.make('fc-') }),
      name,
      // An empty struct is not on the wire.
      ...(Object.keys(args).length > 0 && { args }),
    },
    ...(at === 0 && isSigned(act, asked) && { thoughtSignature: seal(act, memory, name) }),
  }))
}

function* partsOf(act: Act, asked: Asked): Generator<Part> {
  yield* thoughts(act, asked)
  for (const text of act.pieces) yield { text }
  yield* calls(act, asked)
  const signsText = act.calls.length === 0 && act.scene.reasoning && isSigned(act, asked)
  if (signsText) yield { text: '', thoughtSignature: seal(act, asked.memory, '') }
}

function isBlocked(act: Act): boolean {
  return act.finish === 'content_filter' && !act.hasText && act.calls.length === 0
}

/** Counts of zero are not on the wire. */
function usageOf({ usage }: Act, candidates: number, thoughts: number) {
  const counts = {
    cachedContentTokenCount: usage.cached,
    candidatesTokenCount: candidates,
    thoughtsTokenCount: thoughts,
  }
  return {
    promptTokenCount: usage.input,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    totalTokenCount: usage.input + candidates + thoughts,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: usage.input }],
  }
}

function finalUsage(act: Act) {
  return usageOf(act, act.usage.output - act.usage.reasoning, act.usage.reasoning)
}

function frameOf({ model, memory }: Asked) {
  return { modelVersion: model, responseId: memory.make('resp-') }
}

function blockedPrompt(act: Act, asked: Asked): object {
  const usageMetadata = usageOf(act, 0, 0)
  return { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata, ...frameOf(asked) }
}

function indices({ request }: Asked): number[] {
  return Array.from({ length: request.generationConfig?.candidateCount ?? 1 }, (_, index) => index)
}

/** Parts as an unstreamed answer has them: neighbours of a kind are one. */
function joined(parts: Iterable<Part>): Part[] {
  const whole: Part[] = []
  for (const part of parts) {
    const last = whole.at(-1)
    const isMore = last?.text !== undefined && part.text !== undefined && last.thought === part.thought
    if (isMore && last.thoughtSignature === undefined) {
      whole[whole.length - 1] = { ...last, ...part, text: `${String(last.text)}${String(part.text)}` }
    } else whole.push(part)
  }
  return whole
}

/** The answer whole. */
export function wholeAnswer(act: Act, asked: Asked): object {
  if (isBlocked(act)) return blockedPrompt(act, asked)
  const candidates = indices(asked).map((index) => {
    const parts = joined(partsOf(act, asked))
    const content = { role: 'model', ...(parts.length > 0 && { parts }) }
    return { content, finishReason: finishReasons[act.finish], index }
  })
  return { candidates, usageMetadata: finalUsage(act), ...frameOf(asked) }
}

/** One candidate's share of the stream: the last part comes with the reason why it ends. */
function* candidateSteps(act: Act, asked: Asked, index: number): Generator<object> {
  let held: Part | undefined
  for (const part of partsOf(act, asked)) {
    if (held) yield { content: { role: 'model', parts: [held] }, index }
    held = part
  }
  const content = { role: 'model', ...(held && { parts: [held] }) }
  yield { content, finishReason: finishReasons[act.finish], index }
}

/** The answer piece by piece. What was used grows, and is exact in the last. */
export function* answerChunks(act: Act, asked: Asked): Generator<object> {
  if (isBlocked(act)) {
    yield blockedPrompt(act, asked)
    return
  }
  const frame = frameOf(asked)
  const steps = interleave(indices(asked).map((index) => candidateSteps(act, asked, index)))
  const spoken = act.usage.output - act.usage.reasoning
  let sent = 0
  let held: object | undefined
  for (const step of steps) {
    const usageMetadata = usageOf(act, Math.min(sent++, spoken), act.usage.reasoning)
    if (held) yield { candidates: [held], usageMetadata, ...frame }
    held = step
  }
  yield { candidates: [held], usageMetadata: finalUsage(act), ...frame }
}
