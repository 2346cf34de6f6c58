import OpenAI from 'openai'
import { afterEach } from 'vitest'
import { startSimulator, type FlavourName, type Script, type Simulator } from './simulator.ts'

export const flavours: readonly FlavourName[] = ['openai', 'deepseek', 'alibaba', 'generic']
const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Tell me about dams. 🌊' }]
/** Of those messages. */
export const promptTokens = 6

const started: Simulator[] = []

afterEach(async () => {
  await Promise.all(started.splice(0).map((simulator) => simulator.close()))
})

export async function start(flavour: FlavourName = 'openai') {
  const simulator = await startSimulator({ flavour })
  started.push(simulator)
  const client = new OpenAI({ baseURL: simulator.url, apiKey: simulator.key, maxRetries: 0 })
  const body = (sim: Script, more: object = {}) => ({ model: 'sim-1', messages, sim, ...more })
  return { simulator, client, body }
}

type Started = Awaited<ReturnType<typeof start>>

export async function collect({ client, body }: Started, sim: Script, more: object = {}) {
  const stream = await client.chat.completions.create({
    ...body(sim, more),
    stream: true,
    stream_options: { include_usage: true },
  })
  const chunks: OpenAI.ChatCompletionChunk[] = []
  for await (const chunk of stream) chunks.push(chunk)
  const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')
  return { chunks, text, usage: chunks.findLast((chunk) => chunk.usage)?.usage }
}

export function post({ simulator }: Started, body: object, signal?: AbortSignal) {
  return fetch(`${simulator.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${simulator.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  })
}
