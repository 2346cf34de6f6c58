import { isObject, type Json } from './json.ts'
import type { Script } from './script.ts'

/** What one token makes. */
export type Token =
  | { readonly kind: 'reasoning'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  /** Opens a tool call. */
  | { readonly kind: 'call'; readonly call: number; readonly id: string; readonly name: string }
  | { readonly kind: 'arguments'; readonly call: number; readonly text: string }

/** What the model says in each choice. */
export interface Content {
  readonly tokens: readonly Token[]
  readonly finish: string
}

/** Words of one, two, three and four bytes a character, and one made of several code points. */
const words = ['水', 'flows 🌊', 'über', 'das', '大坝，', 'naïve', '👩‍🔬', 'weir', 'Ж', '一二三', 'ok', '🇪🇺']
const thoughts = ['Let me', ' think', ' 想一想', ' 🤔']
const argumentPieces = ['{"city":', ' "北京', ' Zürich 🏔️', '", "days"', ': 3}']

const defaultWords = 12

function wordTokens(count: number): Token[] {
  return Array.from({ length: count }, (_, at) => ({
    kind: 'text',
    text: (at ? ' ' : '') + words[at % words.length],
  }))
}

function textTokens(text: string): Token[] {
  return (text.match(/\s*\S{1,8}|\s+$/gu) ?? []).map((piece) => ({ kind: 'text', text: piece }))
}

function reasoningTokens(count: number): Token[] {
  return Array.from({ length: count }, (_, at) => ({
    kind: 'reasoning',
    text: thoughts[at % thoughts.length] ?? '',
  }))
}

/** The names of the tools that the body offers, to be called in turn. */
function toolNames(body: Json): string[] {
  const tools: unknown[] = Array.isArray(body.tools) ? body.tools : []
  const names = tools.flatMap((tool) =>
    isObject(tool) && isObject(tool.function) && typeof tool.function.name === 'string'
      ? [tool.function.name]
      : [],
  )
  return names.length > 0 ? names : ['get_weather']
}

function callTokens(body: Json, count: number): Token[] {
  const names = toolNames(body)
  return Array.from({ length: count }).flatMap((_, call) => [
    { kind: 'call', call, id: `call_sim${call}`, name: names[call % names.length] ?? '' } as const,
    ...argumentPieces.map((text) => ({ kind: 'arguments', call, text }) as const),
  ])
}

function outputCap(body: Json): number {
  const cap = body.max_completion_tokens ?? body.max_tokens
  return typeof cap === 'number' ? cap : Infinity
}

/** As a real model does, it obeys the body's output cap, reasoning included, and says `length` when it was cut. */
export function composeContent(body: Json, script: Script): Content {
  const calls = script.tool_calls === true ? 2 : Number(script.tool_calls ?? 0)
  const standardWords = script.words ?? (calls ? 0 : defaultWords)
  const all = [
    ...reasoningTokens(script.reasoning_tokens ?? 0),
    ...(script.text === undefined ? wordTokens(standardWords) : textTokens(script.text)),
    ...callTokens(body, calls),
  ]
  const tokens = all.slice(0, outputCap(body))
  const natural = calls ? 'tool_calls' : 'stop'
  return { tokens, finish: script.finish_reason ?? (tokens.length < all.length ? 'length' : natural) }
}

/** The text of the tokens of a kind, joined. */
export function joined(content: Content, kind: 'reasoning' | 'text'): string {
  return content.tokens.map((token) => (token.kind === kind ? token.text : '')).join('')
}

/** The tool calls as an unstreamed answer has them. */
export function joinedCalls(content: Content) {
  const calls: { id: string; name: string; arguments: string }[] = []
  for (const token of content.tokens) {
    if (token.kind === 'call') calls.push({ id: token.id, name: token.name, arguments: '' })
    const open = token.kind === 'arguments' ? calls[token.call] : undefined
    if (open && token.kind === 'arguments') open.arguments += token.text
  }
  return calls
}
