import { piecesOf, textOfAct } from '../act.ts'
import type { Memory } from '../memory.ts'
import { sceneError } from '../openai/errors.ts'
import type { Act } from '../scene.ts'
import { argumentPieces, interleave, serverSent, untilError } from '../sse.ts'
import type { WireOptions } from '../vendor.ts'
import type { ChatRequest } from './request.ts'

/** How an act becomes an answer. */
export interface Making {
  readonly act: Act
  readonly request: ChatRequest
  readonly memory: Memory
  readonly options: WireOptions
}

const created = 1_763_900_000

function headOf({ request, memory }: Making) {
  return {
    id: memory.make('chatcmpl-'),
    created,
    model: request.model,
    service_tier: 'default',
    system_fingerprint: 'fp_wire',
  }
}

function usageOf({ act: { usage } }: Making) {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: {
      cached_tokens: usage.cached,
      cache_write_tokens: usage.cacheWrite,
      audio_tokens: 0,
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

function bytesOf(token: string): number[] {
  return [...Buffer.from(token)]
}

/** Made up, but with each token's own bytes. */
function logprobsOf({ request }: Making, pieces: readonly string[]) {
  if (!request.logprobs) return null
  const tops = Array.from({ length: request.top_logprobs ?? 0 }, (_, at) => -0.1 - at)
  const content = pieces.map((token) => ({
    token,
    logprob: -0.1,
    bytes: bytesOf(token),
    top_logprobs: tops.map((logprob) => ({ token, logprob, bytes: bytesOf(token) })),
  }))
  return { content, refusal: null }
}

interface WrittenCall {
  readonly id: string
  readonly name: string
  readonly text: string
  readonly isCustom: boolean
}

function callsOf({ act, request, memory }: Making): WrittenCall[] {
  return act.calls.map(({ name, arguments: values }) => {
    const isCustom =
      request.tools?.some((tool) => tool.type === 'custom' && tool.custom.name === name) ?? false
    const text = isCustom ? String(values.input ?? '') : JSON.stringify(values)
    return { id: memory.make('call_'), name, text, isCustom }
  })
}

function wholeCall({ id, name, text, isCustom }: WrittenCall) {
  if (isCustom) return { id, type: 'custom', custom: { name, input: text } }
  return { id, type: 'function', function: { name, arguments: text } }
}

function choicesOf({ request }: Making): number[] {
  return Array.from({ length: request.n ?? 1 }, (_, index) => index)
}

function thoughtOf({ act, options }: Making): string | undefined {
  return options.reasoningContent && act.scene.reasoning?.text
}

function choice(making: Making, index: number): object {
  const { act } = making
  const calls = callsOf(making)
  const thought = thoughtOf(making)
  const message = {
    role: 'assistant',
    content: act.hasText ? textOfAct(act) : null,
    ...(thought && { reasoning_content: thought }),
    refusal: act.scene.refusal ?? null,
    annotations: [],
    ...(calls.length > 0 && { tool_calls: calls.map(wholeCall) }),
  }
  const logprobs = logprobsOf(making, [...act.pieces])
  return { index, message, logprobs, finish_reason: act.finish }
}

/** The answer whole. */
export function wholeCompletion(making: Making): object {
  return {
    ...headOf(making),
    object: 'chat.completion',
    choices: choicesOf(making).map((index) => choice(making, index)),
    usage: usageOf(making),
  }
}

type Delta = Readonly<Record<string, unknown>>

/** The pieces of one call: first who is called, then with what. */
function* callDeltas({ id, name, text, isCustom }: WrittenCall, index: number): Generator<Delta> {
  const type = isCustom ? 'custom' : 'function'
  const field = isCustom ? 'input' : 'arguments'
  yield { tool_calls: [{ index, id, type, [type]: { name, [field]: '' } }] }
  for (const piece of argumentPieces(text)) yield { tool_calls: [{ index, [type]: { [field]: piece } }] }
}

interface Step {
  readonly index: number
  readonly delta: Delta
  readonly finish?: string
}

/** One choice's share of the stream. Its calls are written side by side. */
function* choiceSteps(making: Making, index: number): Generator<Step> {
  const { act } = making
  yield {
    index,
    delta: { role: 'assistant', content: act.calls.length && !act.hasText ? null : '', refusal: null },
  }
  for (const reasoning_content of piecesOf(thoughtOf(making) ?? ''))
    yield { index, delta: { reasoning_content } }
  for (const content of act.pieces) yield { index, delta: { content } }
  for (const refusal of piecesOf(act.scene.refusal ?? '')) yield { index, delta: { refusal } }
  for (const delta of interleave(callsOf(making).map(callDeltas))) yield { index, delta }
  yield { index, delta: {}, finish: act.finish }
}

function* chunksOf(making: Making): Generator<object> {
  const { request } = making
  const { include_usage: tellsUsage, include_obfuscation: isObscured = true } = request.stream_options ?? {}
  const head = { ...headOf(making), object: 'chat.completion.chunk' }
  let turn = 0
  for (const step of interleave(choicesOf(making).map((index) => choiceSteps(making, index)))) {
    const { index, delta, finish = null } = step
    const logprobs =
      typeof delta.content === 'string' && delta.content ? logprobsOf(making, [delta.content]) : null
    const choices = [{ index, delta, logprobs, finish_reason: finish }]
    const noise = isObscured ? { obfuscation: 'x'.repeat(1 + (turn++ % 7)) } : {}
    yield { ...head, choices, ...(tellsUsage && { usage: null }), ...noise }
  }
  if (tellsUsage) yield { ...head, choices: [], usage: usageOf(making) }
}

/** The answer as a stream. */
export function* completionStream(making: Making): Generator<string> {
  const { scene } = making.act
  const chunks = untilError(chunksOf(making), scene, (error) => [{ error: sceneError(error) }])
  for (const chunk of chunks) yield serverSent(chunk)
  const isBroken = scene.error !== undefined && scene.errorAfter !== undefined
  if (!isBroken && !scene.noDone) yield serverSent('[DONE]')
}
