import { createGoogleGenerativeAI } from '@ai-sdk/google'
import { generateText, jsonSchema, streamText, tool, type ToolSet } from 'ai'
import { expect, test } from 'vitest'
import type { ChatEvent } from '../../src/core/chat/answer.ts'
import { gemini } from '../../src/dialects/gemini/dialect.ts'
import { tellingOf, usage } from './gemini-wire.ts'

const events: ChatEvent[] = [
  { type: 'start' },
  { type: 'block', index: 0, block: { type: 'reasoning' } },
  { type: 'delta', index: 0, text: 'so' },
  { type: 'block_end', index: 0 },
  { type: 'block', index: 1, block: { type: 'text' } },
  { type: 'delta', index: 1, text: 'Let me see.' },
  {
    type: 'citation',
    index: 1,
    citation: { type: 'url', url: 'https://x.example', title: 't', start: 0, end: 3 },
  },
  { type: 'block_end', index: 1 },
  { type: 'block', index: 2, block: { type: 'tool_call', id: 'x', name: 'get_weather', kind: 'function' } },
  { type: 'delta', index: 2, text: '{"city":"Oslo"}' },
  { type: 'block_end', index: 2 },
  { type: 'usage', usage },
  { type: 'finish', finish: 'tool_calls' },
  { type: 'end' },
]

/** A model of the AI SDK whose provider answers in our words. */
function model() {
  const fetch = (url: string | URL | Request, init?: RequestInit) => {
    const { pathname, searchParams } = new URL(String(url))
    const stream = pathname.endsWith(':streamGenerateContent')
    const body = new TextEncoder().encode(String(init?.body))
    const request = gemini.read({
      body,
      model: 'gemini-3-flash',
      stream,
      query: Object.fromEntries(searchParams),
    })
    gemini.decodeCall(request)
    const encoder = gemini.encodeStream(tellingOf(request))
    const printed = encoder.push(stream ? events.slice(0, 6) : events) + encoder.push(events.slice(6))
    // An array of one chunk is a whole answer in brackets.
    const [type, answer] = stream
      ? ['text/event-stream', printed]
      : ['application/json', printed.slice(1, -1)]
    return Promise.resolve(new Response(answer, { headers: { 'content-type': type } }))
  }
  return createGoogleGenerativeAI({ apiKey: 'wr_test', baseURL: 'https://weir.example/v1beta', fetch })(
    'gemini-3-flash-preview',
  )
}

const tools: ToolSet = { get_weather: tool({ inputSchema: jsonSchema({ type: 'object' }) }) }
const asked = {
  prompt: 'Weather in Oslo?',
  tools,
  providerOptions: { google: { thinkingConfig: { includeThoughts: true } } },
}
const said = {
  text: 'Let me see.',
  reasoningText: 'so',
  finishReason: 'tool-calls',
  toolCalls: [{ toolCallId: 'x', toolName: 'get_weather', input: { city: 'Oslo' } }],
  sources: [{ url: 'https://x.example', title: 't' }],
  usage: { inputTokens: 20, outputTokens: 35 },
}

test('the AI SDK reads a whole answer', async () => {
  expect(await generateText({ ...asked, model: model() })).toMatchObject(said)
})

test('the AI SDK reads a stream', async () => {
  const result = streamText({ ...asked, model: model() })
  const read = {
    text: await result.text,
    reasoningText: await result.reasoningText,
    finishReason: await result.finishReason,
    toolCalls: await result.toolCalls,
    sources: await result.sources,
    usage: await result.usage,
  }
  expect(read).toMatchObject(said)
})
