import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ApiError, GoogleGenAI } from '@google/genai'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ChatAnswer, ChatEvent } from '../../src/core/chat/answer.ts'
import { WeirError } from '../../src/core/errors.ts'
import { gemini } from '../../src/dialects/gemini/dialect.ts'
import { closing, eventOf, chunks, limit, quirks, tellingOf, usage, wireUsage } from './gemini-wire.ts'
import { bytesOf, textOf } from './splits.ts'

interface Answering {
  readonly status?: number
  /** What is answered to a request of the SDK, as this dialect reads it. */
  readonly answer: (request: ReturnType<typeof gemini.read>) => Uint8Array | string
}

/** The newest SDK asks for `v1`, those before for `v1beta`. */
function readIncoming(url: string, body: Uint8Array) {
  const { pathname, searchParams } = new URL(url, 'http://x')
  const [, model = '', verb = ''] = /^\/v1(?:beta)?\/models\/([^:]+):(\w+)$/.exec(pathname) ?? []
  return { body, model, stream: verb === 'streamGenerateContent', query: Object.fromEntries(searchParams) }
}

/** An official client of a server that answers as we do. */
async function clientOf({ status = 200, answer }: Answering): Promise<GoogleGenAI> {
  const server = createServer((request, response) => {
    const received: Buffer[] = []
    request.on('data', (bytes: Buffer) => received.push(bytes))
    request.on('end', () => {
      try {
        const incoming = readIncoming(request.url ?? '', Buffer.concat(received))
        const body = answer(gemini.read(incoming))
        const type = incoming.stream && status === 200 ? 'text/event-stream' : 'application/json'
        response.writeHead(status, { 'content-type': type }).end(body)
      } catch (error) {
        response.writeHead(418).end(String(error))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  return new GoogleGenAI({ apiKey: 'wr_test', httpOptions: { baseUrl: `http://127.0.0.1:${port}` } })
}

const asked = {
  model: 'gemini-3-flash',
  contents: 'Weather in Oslo?',
  config: {
    systemInstruction: 'Be brief.',
    maxOutputTokens: 100,
    thinkingConfig: { includeThoughts: true },
    tools: [{ functionDeclarations: [{ name: 'get_weather', parametersJsonSchema: { type: 'object' } }] }],
  },
}
const call = { id: 'x', name: 'get_weather', args: { city: 'Oslo' } }
const answered: ChatAnswer = {
  blocks: [
    { type: 'reasoning', text: 'so' },
    { type: 'text', text: 'Let me see.' },
    {
      type: 'tool_call',
      id: 'x',
      name: 'get_weather',
      arguments: '{"city":"Oslo"}',
      kind: 'function',
      seal: { by: 'google', value: 'Cq0B' },
    },
  ],
  finish: 'tool_calls',
  usage,
}
const events: ChatEvent[] = [
  { type: 'start' },
  { type: 'block', index: 0, block: { type: 'reasoning' } },
  { type: 'delta', index: 0, text: 'so' },
  { type: 'block_end', index: 0 },
  { type: 'block', index: 1, block: { type: 'text' } },
  { type: 'delta', index: 1, text: 'Let me ' },
  { type: 'delta', index: 1, text: 'see.' },
  { type: 'block_end', index: 1 },
  { type: 'block', index: 2, block: { type: 'tool_call', id: 'x', name: 'get_weather', kind: 'function' } },
  { type: 'delta', index: 2, text: '{"city":"Oslo"}' },
  { type: 'block_end', index: 2 },
  { type: 'usage', usage },
  { type: 'finish', finish: 'tool_calls' },
  { type: 'end' },
]

test('what the official SDK sends is read', async () => {
  const client = await clientOf({
    answer: (request) => {
      expect(gemini.decodeCall(request)).toMatchObject({
        system: [{ text: 'Be brief.' }],
        turns: [{ role: 'user', parts: [{ type: 'text', text: 'Weather in Oslo?' }] }],
        tools: [{ name: 'get_weather', schema: { type: 'object' } }],
        outputCap: 100,
        reasoning: { visible: true },
        foreign: [],
      })
      return gemini.encodeAnswer(answered, tellingOf(request))
    },
  })
  await client.models.generateContent(asked)
  expect.assertions(1)
})

test('the official SDK reads a whole answer', async () => {
  const client = await clientOf({ answer: (request) => gemini.encodeAnswer(answered, tellingOf(request)) })
  const response = await client.models.generateContent(asked)
  expect(response.text).toBe('Let me see.')
  expect(response.functionCalls).toEqual([call])
  expect(response.usageMetadata).toMatchObject(wireUsage)
  expect(response.candidates?.[0]).toMatchObject({ finishReason: 'STOP', index: 0 })
  expect(response).toMatchObject({ modelVersion: 'gemini-3-flash', responseId: 'req_acme_1' })
})

describe('a stream', () => {
  const printed = (request: ReturnType<typeof gemini.read>) => {
    const encoder = gemini.encodeStream(tellingOf(request))
    return events.map((event) => encoder.push([event])).join('')
  }

  test('of ours is read by the official SDK', async () => {
    const client = await clientOf({ answer: printed })
    const read = []
    for await (const chunk of await client.models.generateContentStream(asked)) read.push(chunk)
    expect(read.map(({ candidates }) => candidates?.[0]?.content?.parts?.[0]?.text)).toEqual([
      'so',
      'Let me ',
      'see.',
      undefined,
      '',
    ])
    expect(read.flatMap(({ functionCalls }) => functionCalls ?? [])).toEqual([call])
    expect(read.at(-1)?.usageMetadata).toMatchObject(wireUsage)
    expect(read.at(-1)?.candidates?.[0]?.finishReason).toBe('STOP')
  })

  test.each([false, true])('stays in the history of a chat, with our end (%s) too', async (holdEnd) => {
    const client = await clientOf({
      answer: (request) => {
        const scanner = gemini.scanStream(request, quirks, { holdEnd })
        const passed = textOf(scanner.push(bytesOf(chunks.map((chunk) => eventOf(chunk)).join(''))))
        return passed + textOf(scanner.rest()) + (holdEnd ? textOf(scanner.close(closing)) : '')
      },
    })
    const chat = client.chats.create({ model: 'gemini-3-flash' })
    const read = []
    for await (const chunk of await chat.sendMessageStream({ message: 'hi' })) read.push(chunk)
    expect(read).toHaveLength(chunks.length + (holdEnd ? 1 : 0))
    const [, ...said] = chat.getHistory(true)
    expect(
      said
        .flatMap(({ parts }) => parts ?? [])
        .map(({ text }) => text ?? '')
        .join(''),
    ).toBe('thinkHéllo €')
  })

  test('that a budget cut ends as one that reached its cap', async () => {
    const client = await clientOf({
      answer: (request) => {
        const encoder = gemini.encodeStream(tellingOf(request))
        return encoder.push(events.slice(0, 6)) + encoder.cut({ ...closing, limit })
      },
    })
    const read = []
    for await (const chunk of await client.models.generateContentStream(asked)) read.push(chunk)
    expect(read.at(-1)).toMatchObject({
      candidates: [{ finishReason: 'MAX_TOKENS' }],
      usageMetadata: wireUsage,
    })
  })

  test('that breaks is an error of the official SDK', async () => {
    const error = new WeirError('upstream_failed', 'The provider failed to answer.')
    const client = await clientOf({
      answer: (request) =>
        gemini.encodeStream(tellingOf(request)).push(events.slice(0, 6)) +
        textOf(gemini.errorEvent(error, 'req_acme_1', request)),
    })
    const reading = async () => {
      for await (const _ of await client.models.generateContentStream({
        ...asked,
        config: { ...asked.config, automaticContinuation: false },
      })) {
        // Until it breaks.
      }
    }
    await expect(reading()).rejects.toThrow(/The provider failed to answer/)
  })
})

test('the official SDK tells our errors', async () => {
  const error = new WeirError('budget_exceeded', 'The budget is spent.', { limit })
  const client = await clientOf({ status: 402, answer: () => gemini.errorBody(error, 'req_acme_1') })
  const told: unknown = await client.models.generateContent(asked).catch((error: unknown) => error)
  expect(told).toBeInstanceOf(ApiError)
  expect(told).toMatchObject({ status: 402, message: expect.stringContaining('BUDGET_EXCEEDED') as string })
})
