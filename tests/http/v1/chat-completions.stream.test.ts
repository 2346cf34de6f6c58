import { expect, test } from 'vitest'
import { isUsageChunk, eventsOf, withoutUsageChunk } from '../../support/events.ts'
import type { Script } from '../../support/simulator/simulator.ts'
import { chat } from '../../support/tenant.ts'
import { describeHosts, models, providerNames, type ProviderName } from '../../support/world.ts'

const scripts: readonly (readonly [string, Script])[] = [
  ['at once', {}],
  ['in single bytes', { words: 6, reasoning_tokens: 2, split: 'bytes' }],
  ['in the middle of characters', { reasoning_tokens: 3, split: 'utf8' }],
  ['event by event', { split: 'events' }],
  ['with CRLF, cut between the two', { split: 'crlf' }],
  ['with comments before it', { keep_alives: 3, split: 'events' }],
  ['without [DONE]', { no_done: true }],
  ['with calls of tools', { tool_calls: true, text: 'I ask.', split: 'utf8' }],
  ['with two answers', { n: 2 }],
  ['with nothing but the end', { words: 0 }],
]

/** What goes down where the provider leaves out the last mark. */
const missing = ({ no_done: lacksMark }: Script) => (lacksMark ? 'data: [DONE]\n\n' : '')

const wanting = { stream: true, stream_options: { include_usage: true } }

describeHosts('streams', (world) => {
  async function streamOf(provider: ProviderName, sim: Script, more: object) {
    const tenant = await world().tenant()
    const simulator = world().simulators[provider]
    const index = simulator.requests.length
    const n = sim.n === undefined ? {} : { n: sim.n }
    const answer = await tenant.post({
      ...chat(sim),
      model: models[provider],
      max_tokens: 500,
      ...n,
      ...more,
    })
    const bytes = Buffer.from(await answer.arrayBuffer())
    expect(answer.status, bytes.toString()).toBe(200)
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const row = await tenant.onlyRow()
    return { bytes, sent: simulator.lastAnswer(index), row, told: simulator.bill.entries.at(-1)?.usage }
  }

  test.each(providerNames)('of %s come down byte for byte, however they were cut', async (provider) => {
    for (const [how, script] of scripts) {
      const { bytes, sent, row, told } = await streamOf(provider, script, wanting)
      expect(bytes.toString(), how).toBe(sent.toString() + missing(script))
      expect(row).toMatchObject({ outcome: 'ok', usage_source: 'exact' })
      expect(row.usage).toMatchObject({ input_tokens: told?.inputTokens, output_tokens: told?.outputTokens })
    }
  })

  test.each(providerNames)(
    'of %s come down without the usage chunk that nobody asked for',
    async (provider) => {
      for (const [how, script] of scripts) {
        const { bytes, sent, row, told } = await streamOf(provider, script, { stream: true })
        const hasChunk = eventsOf(sent).some(isUsageChunk)
        expect(hasChunk).toBe(provider !== 'deepseek')
        expect(bytes.toString(), how).toBe(withoutUsageChunk(sent) + missing(script))
        if (provider === 'openai' || provider === 'alibaba')
          expect(bytes.toString()).toContain('"usage":null')
        expect(row).toMatchObject({ outcome: 'ok', usage_source: 'exact' })
        expect(row.usage).toMatchObject({
          input_tokens: told?.inputTokens,
          output_tokens: told?.outputTokens,
        })
      }
    },
  )

  test('DeepSeek’s usage stands on its last choice, and stays there', async () => {
    const { bytes, row } = await streamOf(
      'deepseek',
      { cached_tokens: 4, reasoning_tokens: 2 },
      { stream: true },
    )
    const last = eventsOf(bytes).at(-2)
    expect(last).toContain('"finish_reason":"stop"')
    expect(last).toContain('"prompt_cache_hit_tokens":4')
    expect(row.usage).toMatchObject({ cached_input_tokens: 4, reasoning_tokens: 2 })
  })

  test('a provider that never tells its usage is counted by the text that went by', async () => {
    const tenant = await world().tenant()
    const body = JSON.stringify(chat({ usage: false, text: 'éé 🌊 abc' }, { stream: true }))
    const answer = await tenant.post(body)
    expect(await answer.text()).toContain('[DONE]')
    const row = await tenant.onlyRow()
    expect(row).toMatchObject({ outcome: 'ok', usage_source: 'counted' })
    expect(row.usage.input_tokens).toBe(Math.ceil(Buffer.byteLength(body) / 4))
    expect(row.usage.output_tokens).toBe(Math.ceil(Buffer.byteLength('éé 🌊 abc') / 4))
  })

  test('bytes go down as soon as they come', async () => {
    const tenant = await world().tenant()
    const { acme } = world().simulators
    const index = acme.requests.length
    const answer = await tenant.post(chat({ wait_for: 'early', wait_after: 3 }, { stream: true }))
    let text = ''
    const reader = (answer.body ?? new ReadableStream<Uint8Array>()).getReader()
    while (eventsOf(Buffer.from(text)).length < 3)
      text += Buffer.from((await reader.read()).value ?? []).toString()
    expect(acme.requests[index]?.finishedAt).toBeUndefined()
    expect(await tenant.held()).toBe(1)
    acme.release('early')
    for (let next = await reader.read(); !next.done; next = await reader.read())
      text += Buffer.from(next.value).toString()
    expect(text).toContain('[DONE]')
    await tenant.settled(1)
  })
})

describeHosts('the official SDK', (world) => {
  test.each(providerNames)('reads a stream of %s, with and without usage', async (provider) => {
    const tenant = await world().tenant()
    for (const asked of [true, false]) {
      const body = { ...chat({ text: 'Ein Wehr 水 misst.', split: 'utf8' }), model: models[provider] }
      const stream = await tenant.sdk().chat.completions.create({
        ...body,
        stream: true,
        ...(asked && { stream_options: { include_usage: true } }),
      })
      let text = ''
      let total: number | undefined
      let empty = 0
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? ''
        total = chunk.usage?.total_tokens ?? total
        if (chunk.choices.length === 0) empty++
      }
      expect(text).toBe('Ein Wehr 水 misst.')
      expect(total !== undefined).toBe(asked || provider === 'deepseek')
      expect(empty).toBe(asked && provider !== 'deepseek' ? 1 : 0)
    }
  })

  test('gathers a stream into an answer, with its calls of tools', async () => {
    const tenant = await world().tenant()
    const tools = [
      { type: 'function' as const, function: { name: 'get_tide', parameters: { type: 'object' } } },
    ]
    const stream = tenant
      .sdk()
      .chat.completions.stream({ ...chat({ tool_calls: 1, split: 'bytes' }), model: 'gpt-4.1', tools })
    const [choice] = (await stream.finalChatCompletion()).choices
    expect(choice?.finish_reason).toBe('tool_calls')
    const call = choice?.message.tool_calls?.[0]
    expect(call).toMatchObject({ type: 'function', function: { name: 'get_tide' } })
    expect(call?.type === 'function' && JSON.parse(call.function.arguments)).toEqual({
      city: '北京 Zürich 🏔️',
      days: 3,
    })
  })

  test('sees two answers side by side', async () => {
    const tenant = await world().tenant()
    const completion = await tenant.sdk().chat.completions.create({ ...chat({ text: 'Two.' }), n: 2 })
    expect(completion.choices.map(({ message }) => message.content)).toEqual(['Two.', 'Two.'])
    const stream = tenant.sdk().chat.completions.stream({ ...chat({ text: 'Two.' }), n: 2 })
    const { choices } = await stream.finalChatCompletion()
    expect(choices.map(({ message }) => message.content)).toEqual(['Two.', 'Two.'])
  })
})
