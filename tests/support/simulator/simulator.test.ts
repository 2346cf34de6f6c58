import OpenAI, { APIError } from 'openai'
import { describe, expect, test } from 'vitest'
import { noUsage } from '../../../src/core/usage.ts'
import type { Script } from './simulator.ts'
import { collect, flavours, post, promptTokens, start } from './test-setup.ts'

describe.each(flavours)('%s', (flavour) => {
  test('answers the official SDK, streamed and not, with the same text and usage', async () => {
    const setup = await start(flavour)
    const { client, simulator, body } = setup
    const answer = await client.chat.completions.create(body({ words: 20, cached_tokens: 2 }))
    const { text, usage } = await collect(setup, { words: 20, cached_tokens: 2 })
    expect(answer.choices[0]?.message.content).toBe(text)
    expect(text).toContain('大坝')
    expect(answer.choices[0]?.finish_reason).toBe('stop')
    expect(usage).toEqual(answer.usage)
    expect(usage).toMatchObject({ prompt_tokens: promptTokens, completion_tokens: 20, total_tokens: 26 })
    const one = { ...noUsage, inputTokens: promptTokens, cachedInputTokens: 2, outputTokens: 20 }
    expect(simulator.bill.entries.map((entry) => entry.usage)).toEqual([one, one])
    expect(simulator.bill.entries[0]?.id).toBe(answer.id)
    expect(simulator.bill.total).toMatchObject({ inputTokens: 12, outputTokens: 40 })
  })

  test('calls tools in parallel', async () => {
    const setup = await start(flavour)
    const answer = await setup.client.chat.completions.create(setup.body({ tool_calls: true }))
    const calls = answer.choices[0]?.message.tool_calls ?? []
    const called = calls.map((call) => (call.type === 'function' ? call.function.arguments : ''))
    expect(called.map((text) => JSON.parse(text))).toEqual([
      { city: '北京 Zürich 🏔️', days: 3 },
      { city: '北京 Zürich 🏔️', days: 3 },
    ])
    const { chunks } = await collect(setup, { tool_calls: true })
    const streamed = ['', '']
    for (const chunk of chunks)
      for (const call of chunk.choices[0]?.delta.tool_calls ?? [])
        streamed[call.index] += call.function?.arguments ?? ''
    expect(streamed).toEqual(called)
    expect(chunks.some((chunk) => chunk.choices[0]?.finish_reason === 'tool_calls')).toBe(true)
  })

  test.each([400, 401, 402, 404, 429, 500, 503])('answers %i in its own envelope', async (status) => {
    const { client, body } = await start(flavour)
    const headers = { 'retry-after': '7' }
    const error = await client.chat.completions.create(body({ status, headers })).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ status, error: { message: expect.any(String) } })
    expect(error instanceof APIError && error.headers?.get('retry-after')).toBe('7')
  })

  test('does not know a foreign key', async () => {
    const { simulator, body } = await start(flavour)
    const stranger = new OpenAI({ baseURL: simulator.url, apiKey: 'sk-other', maxRetries: 0 })
    await expect(stranger.chat.completions.create(body({}))).rejects.toMatchObject({ status: 401 })
    expect(simulator.bill.entries).toEqual([])
  })

  test('obeys the output cap, several choices and the reasoning that is asked of it', async () => {
    const setup = await start(flavour)
    const { usage, chunks } = await collect(setup, { reasoning_tokens: 5 }, { n: 2, max_tokens: 7 })
    expect(usage?.completion_tokens).toBe(14)
    expect(chunks.filter((chunk) => chunk.choices[0]?.finish_reason === 'length')).toHaveLength(2)
  })

  test('sends the same bytes however they are split', async () => {
    const setup = await start(flavour)
    const texts: string[] = []
    for (const split of [undefined, 'bytes', 'utf8', 'events', 'crlf'] as const) {
      setup.simulator.reset()
      const sim: Script = { words: 12, ...(split && { split }) }
      const answer = await post(setup, { ...setup.body(sim), stream: true })
      const bytes = Buffer.from(await answer.arrayBuffer())
      expect(bytes.equals(setup.simulator.lastAnswer(0))).toBe(true)
      texts.push(bytes.toString())
    }
    const [whole = '', ...others] = texts
    expect(others).toEqual([whole, whole, whole, whole.replaceAll('\n', '\r\n')])
    expect((await collect(setup, { split: 'bytes' })).text).toBe((await collect(setup, {})).text)
    expect((await collect(setup, { split: 'crlf' })).text).toBe((await collect(setup, {})).text)
  })
})

describe('vendors', () => {
  test('openai tells usage in a chunk of its own, and only if asked', async () => {
    const setup = await start('openai')
    const { chunks } = await collect(setup, { words: 3 })
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 9 } })
    expect(chunks[0]).toMatchObject({ usage: null, obfuscation: expect.any(String), service_tier: 'default' })
    const unasked = await post(setup, { ...setup.body({}), stream: true })
    expect(await unasked.text()).not.toContain('"usage"')
    expect(unasked.headers.get('openai-organization')).toBeTruthy()
    expect(unasked.headers.getSetCookie()).toHaveLength(2)
    expect(setup.simulator.bill.entries).toHaveLength(1)
  })

  test('deepseek keeps the connection alive and tells usage with the finish, asked or not', async () => {
    const setup = await start('deepseek')
    const plain = await (await post(setup, setup.body({ cached_tokens: 4, reasoning_tokens: 2 }))).text()
    expect(plain).toMatch(/^\n\n\{/)
    expect(JSON.parse(plain)).toMatchObject({
      choices: [{ message: { reasoning_content: 'Let me think' } }],
      usage: { prompt_cache_hit_tokens: 4, prompt_cache_miss_tokens: 2 },
    })
    const stream = await (await post(setup, { ...setup.body({}), stream: true })).text()
    expect(stream).toMatch(/^: keep-alive\n\n/)
    const last = stream.split('\n\n').findLast((event) => event.startsWith('data: {')) ?? ''
    expect(last).toContain('"finish_reason":"stop"')
    expect(last).toContain('"prompt_cache_hit_tokens":0')
  })

  test('alibaba repeats an empty id in tool deltas and has the request id beside the error', async () => {
    const setup = await start('alibaba')
    const { chunks } = await collect(setup, { tool_calls: 1 })
    const ids = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []).map((call) => call.id)
    expect(ids.slice(0, 2)).toEqual(['call_sim0', ''])
    expect(chunks[0]?.system_fingerprint).toBe('')
    const error = await post(setup, setup.body({ status: 429 }))
    expect(await error.json()).toMatchObject({
      error: { code: 'limit_requests' },
      request_id: expect.any(String),
    })
  })
})
