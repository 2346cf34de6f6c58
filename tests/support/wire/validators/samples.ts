import { post, wireFor } from '../setup.ts'
import type { Scene, WireOptions } from '../start-wire.ts'
import type { CallerFormat } from './index.ts'

/** How each format is asked for all that it can show. */
interface Ask {
  readonly path: (streams: boolean) => string
  readonly body: (streams: boolean) => object
  readonly options?: WireOptions
}

const messages = [{ role: 'user', content: 'Hi' }]
const parameters = { type: 'object' }

const asks: Record<CallerFormat, Ask> = {
  'openai-chat': {
    path: () => '/chat/completions',
    body: (stream) => ({
      model: 'gpt-4o',
      messages,
      stream,
      logprobs: true,
      top_logprobs: 1,
      n: 2,
      tools: [{ type: 'function', function: { name: 'f', parameters } }],
      ...(stream && { stream_options: { include_usage: true } }),
    }),
    options: { reasoningContent: true },
  },
  'openai-responses': {
    path: () => '/responses',
    body: (stream) => ({
      model: 'gpt-5.2',
      input: 'Hi',
      stream,
      reasoning: { summary: 'auto' },
      include: ['reasoning.encrypted_content'],
      tools: [{ type: 'function', name: 'f', parameters }],
    }),
  },
  'anthropic-messages': {
    path: () => '/messages',
    body: (stream) => ({
      model: 'claude-opus-4-5',
      max_tokens: 4096,
      messages,
      stream,
      thinking: { type: 'enabled', budget_tokens: 1024 },
      tools: [{ name: 'f', input_schema: parameters }],
    }),
  },
  gemini: {
    path: (streams) =>
      `/models/gemini-3-pro:${streams ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: () => ({
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
      generationConfig: { thinkingConfig: { includeThoughts: true } },
      tools: [{ functionDeclarations: [{ name: 'f', parametersJsonSchema: parameters }] }],
    }),
  },
}

export const formats = Object.keys(asks) as CallerFormat[]

/** What an answer can have, all at once and apart. */
export const fullScene: Scene = {
  text: 'Ja, 世界 🌊',
  reasoning: { text: 'Let me see.' },
  calls: [
    { name: 'f', arguments: { city: 'Zürich' } },
    { name: 'f', arguments: {} },
  ],
  usage: { input: 100, cached: 60, cacheWrite: 10, output: 50, reasoning: 20 },
}

export const scenes: Scene[] = [
  fullScene,
  { text: 'Hi' },
  { calls: fullScene.calls ?? [] },
  { finish: 'length' },
  { refusal: 'No.' },
  { finish: 'content_filter' },
  { text: 'Hi', crlf: true, comments: true },
  { text: 'a'.repeat(10_000), reasoning: { text: 'b'.repeat(1000) } },
  { reasoning: { text: 'Hm', encrypted: 'bG9ja2Vk' } },
]

async function ask(format: CallerFormat, scene: Scene, streams: boolean): Promise<Response> {
  const { path, body, options } = asks[format]
  const wire = await wireFor(format, options)
  wire.next(scene)
  return post(wire, path(streams), { body: body(streams) })
}

/** An answer of a simulated vendor. */
export async function answerOf(format: CallerFormat, scene: Scene): Promise<unknown> {
  return (await ask(format, scene, false)).json()
}

/** A stream of a simulated vendor. */
export async function streamOf(format: CallerFormat, scene: Scene): Promise<Uint8Array> {
  return new Uint8Array(await (await ask(format, scene, true)).arrayBuffer())
}
