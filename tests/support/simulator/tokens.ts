import type { Usage } from '../../../src/core/usage.ts'
import { isObject, type Json } from './json.ts'
import type { Content } from './content.ts'
import type { Script } from './script.ts'

/** What a call used. `prompt` holds `cached` and `cacheWrite`, `completion` holds `reasoning`. */
export interface Tokens {
  readonly prompt: number
  readonly cached: number
  readonly cacheWrite: number
  readonly completion: number
  readonly reasoning: number
}

const bytesPerToken = 4

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(textOf).join('')
  return isObject(value) && typeof value.text === 'string' ? value.text : ''
}

/** A quarter of the bytes of the messages' text and of the tools' JSON, rounded up. What a gateway edits is not in it. */
function promptTokensOf(body: Json): number {
  const messages: unknown[] = Array.isArray(body.messages) ? body.messages : []
  const text = messages.map((message) => (isObject(message) ? textOf(message.content) : '')).join('')
  const tools = body.tools === undefined ? '' : JSON.stringify(body.tools)
  return Math.ceil(Buffer.byteLength(text + tools) / bytesPerToken)
}

interface Counted {
  readonly body: Json
  readonly script: Script
  readonly content: Content
  readonly choices: number
}

export function countTokens({ body, script, content, choices }: Counted): Tokens {
  const { cached_tokens: cached = 0, cache_write_tokens: cacheWrite = 0 } = script
  const reasoning = content.tokens.filter((token) => token.kind === 'reasoning').length
  return {
    prompt: script.prompt_tokens ?? Math.max(promptTokensOf(body), cached + cacheWrite),
    cached,
    cacheWrite,
    completion: script.completion_tokens ?? content.tokens.length * choices,
    reasoning: reasoning * choices,
  }
}

function numberAt(value: unknown, ...path: string[]): number {
  let at = value
  for (const name of path) at = isObject(at) ? at[name] : undefined
  return typeof at === 'number' ? at : 0
}

/** What a usage object of the wire means in the gateway's words, read without the gateway's code. */
export function normalise(told: Json): Usage {
  const input = (name: string) => numberAt(told, 'prompt_tokens_details', name)
  const output = (name: string) => numberAt(told, 'completion_tokens_details', name)
  return {
    inputTokens: numberAt(told, 'prompt_tokens'),
    cachedInputTokens: input('cached_tokens') || numberAt(told, 'prompt_cache_hit_tokens'),
    cacheWriteTokens: input('cache_write_tokens') || input('cache_creation_input_tokens'),
    inputAudioTokens: input('audio_tokens'),
    outputTokens: numberAt(told, 'completion_tokens'),
    reasoningTokens: output('reasoning_tokens'),
    outputAudioTokens: output('audio_tokens'),
  }
}
