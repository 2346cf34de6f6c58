import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import { onTestFinished } from 'vitest'
import { startWire, type Wire, type WireFormat, type WireOptions } from './start-wire.ts'

/** A simulated provider that stops when the test ends. */
export async function wireFor(format: WireFormat, options?: WireOptions): Promise<Wire> {
  const wire = await startWire(format, options)
  onTestFinished(() => wire.stop())
  return wire
}

const key = 'sk-test'

export function anthropicClient({ url }: Wire): Anthropic {
  return new Anthropic({ baseURL: url.replace(/\/v1$/, ''), apiKey: key, maxRetries: 0 })
}

export function geminiClient({ url }: Wire): GoogleGenAI {
  const [baseUrl = '', apiVersion = ''] = url.split(/\/(?=v1beta$)/)
  return new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl, apiVersion } })
}

export function openaiClient({ url }: Wire): OpenAI {
  return new OpenAI({ baseURL: url, apiKey: key, maxRetries: 0 })
}

/** The headers that each vendor wants. */
const headersOf: Record<WireFormat, Record<string, string>> = {
  'openai-chat': { authorization: `Bearer ${key}` },
  'openai-responses': { authorization: `Bearer ${key}` },
  'anthropic-messages': { 'x-api-key': key, 'anthropic-version': '2023-06-01' },
  gemini: { 'x-goog-api-key': key },
  'bedrock-converse': { authorization: `Bearer ${key}` },
}

export interface Sent {
  readonly body: unknown
  readonly headers?: Record<string, string>
  readonly signal?: AbortSignal
}

/** A request as a program without an SDK makes it. */
export function post(wire: Wire, path: string, { body, headers, signal }: Sent): Promise<Response> {
  return fetch(wire.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headersOf[wire.format], ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal: signal ?? null,
  })
}
