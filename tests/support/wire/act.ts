import { schemaAnswer } from './schema-answer.ts'
import type { Act, ActCall, Scene, WireUsage } from './scene.ts'

/** What the request says that an act depends on. */
export interface Stage {
  /** Most output tokens. */
  readonly cap?: number | null | undefined
  /** JSON Schema that the text must fit. */
  readonly schema?: unknown
  readonly inputTokens: number
}

const greeting = 'Hello, 世界! I am a simulated model 🌊.'
const floodPiece = `${'A flood of words 🌊 over the weir. '.repeat(30)}\n`

/** About what a tokenizer would count. */
export function countTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4)
}

/** Tokens of all that a request says. */
export function countInput(body: unknown): number {
  return countTokens(JSON.stringify(body))
}

/** In pieces of a few characters; none is cut inside a character. */
export function piecesOf(text: string): string[] {
  return text.match(/\s*\S{1,7}|\s+$/gu) ?? []
}

function* flooding(bytes: number): Generator<string> {
  const size = Buffer.byteLength(floodPiece)
  for (let sent = 0; sent < bytes; sent += size) yield floodPiece
}

/** The text, where the scene has one or nothing else to say. */
function textOf(scene: Scene, schema: unknown): string {
  if (scene.text !== undefined) return scene.text
  if (scene.calls?.length || scene.refusal !== undefined || scene.finish === 'content_filter') return ''
  return schema === undefined ? greeting : JSON.stringify(schemaAnswer(schema))
}

function usageOf(scene: Scene, text: string, inputTokens: number): WireUsage {
  const reasoning = scene.usage?.reasoning ?? countTokens(scene.reasoning?.text ?? '')
  const calls = (scene.calls ?? []).map((call) => JSON.stringify(call)).join('')
  const spoken = scene.flood ? Math.ceil(scene.flood / 4) : countTokens(text + calls + (scene.refusal ?? ''))
  return {
    input: inputTokens,
    cached: 0,
    cacheWrite: 0,
    output: spoken + reasoning,
    ...scene.usage,
    reasoning,
  }
}

interface Whole {
  readonly text: string
  readonly calls: readonly ActCall[]
  readonly usage: WireUsage
}

/** What of an answer fits under the cap: as much of its text, and no call that may be half. */
function cut(whole: Whole, cap: number): Whole {
  const { output, reasoning } = whole.usage
  const characters = [...whole.text]
  const left = Math.floor((characters.length * cap) / output)
  return {
    text: characters.slice(0, left).join(''),
    calls: [],
    usage: { ...whole.usage, output: cap, reasoning: Math.min(reasoning, cap) },
  }
}

/** Plays a scene for a request. */
export function play(scene: Scene, stage: Stage): Act {
  const text = scene.flood ? '' : textOf(scene, stage.schema)
  const whole: Whole = { text, calls: scene.calls ?? [], usage: usageOf(scene, text, stage.inputTokens) }
  const cap = stage.cap ?? Infinity
  const isCut = !scene.flood && whole.usage.output > cap
  const played = isCut ? cut(whole, cap) : whole
  const natural = isCut ? 'length' : played.calls.length ? 'tool_calls' : 'stop'
  return {
    scene,
    pieces: scene.flood ? flooding(scene.flood) : piecesOf(played.text),
    hasText: scene.flood !== undefined || played.text !== '',
    calls: played.calls,
    finish: isCut ? natural : (scene.finish ?? natural),
    usage: played.usage,
  }
}

/** All of its text. */
export function textOfAct(act: Act): string {
  return [...act.pieces].join('')
}
