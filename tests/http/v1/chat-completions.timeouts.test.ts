import { APIError } from 'openai'
import { expect, test } from 'vitest'
import { expectBooksToAgree } from '../../support/books.ts'
import { chunkOf, eventsOf, generatedBytes } from '../../support/events.ts'
import { nanoOf, prices, priceOf } from '../../support/prices.ts'
import { readRefusal } from '../../support/refusals.ts'
import { chat } from '../../support/tenant.ts'
import { describeHosts } from '../../support/world.ts'

/** Providers that take too long: to their first byte, between two bytes, and in all. */

const seconds = { WEIR_FIRST_BYTE_SECONDS: '0.6', WEIR_IDLE_SECONDS: '0.6', WEIR_TOTAL_SECONDS: '2' }

describeHosts(
  'a provider that takes too long',
  (world) => {
    test.each([
      ['to begin', 'stall_before_head', {}],
      ['to begin', 'stall_before_head', { stream: true }],
      ['between two bytes', 'stall_mid_stream', {}],
    ] as const)('%s (%s, %o) is 504, free of charge, and told to stop', async (when, fail, more) => {
      const tenant = await world().tenant()
      const { acme } = world().simulators
      const index = acme.requests.length
      const answer = await tenant.post(chat({ fail }, more))
      const message = expect.stringContaining(when) as string
      expect(await readRefusal(answer)).toMatchObject({ status: 504, code: 'upstream_timeout', message })
      await acme.waitForAbort(index)
      const row = await tenant.onlyRow()
      expect(row).toMatchObject({ outcome: 'timed_out', charge: '0', attempts: [{ usage_source: 'floor' }] })
      await expectBooksToAgree(tenant)
    })

    test('to its head is replaced by the next one', async () => {
      const tenant = await world().tenant()
      world().simulators.acme.next({ fail: 'stall_before_head' })
      const answer = await tenant.post({ ...chat({ text: 'Instead.' }), model: 'best-chat' })
      expect(await answer.text()).toContain('Instead.')
      expect(await tenant.onlyRow()).toMatchObject({ provider: 'backup', outcome: 'ok' })
    })

    test.each([
      ['between two bytes', { fail: 'stall_mid_stream' }],
      ['in all', { words: 400, chunk_ms: 50 }],
    ] as const)(
      '%s of a stream ends it with an error event; what was generated is paid',
      async (when, script) => {
        const tenant = await world().tenant()
        const { acme } = world().simulators
        const index = acme.requests.length
        const body = JSON.stringify(chat(script, { stream: true }))
        const answer = await tenant.post(body)
        const bytes = Buffer.from(await answer.arrayBuffer())
        expect(chunkOf(eventsOf(bytes).at(-1) ?? '')?.error).toMatchObject({
          code: 'upstream_timeout',
          message: expect.stringContaining(when),
        })
        await acme.waitForAbort(index)
        const row = await tenant.onlyRow()
        const usage = {
          inputTokens: Math.ceil(Buffer.byteLength(body) / 4),
          outputTokens: Math.ceil(generatedBytes(bytes) / 4),
        }
        expect(usage.outputTokens).toBeGreaterThan(0)
        expect(row).toMatchObject({ outcome: 'timed_out', usage_source: 'counted' })
        expect(nanoOf(row.charge)).toBe(priceOf(prices['acme-chat'], usage))
        await expectBooksToAgree(tenant)
      },
    )

    test('between two bytes makes the SDK throw', async () => {
      const tenant = await world().tenant()
      const stream = await tenant
        .sdk()
        .chat.completions.create({ ...chat({ fail: 'stall_mid_stream' }), stream: true })
      const reading = async () => {
        for await (const chunk of stream) expect(chunk.object).toBe('chat.completion.chunk')
      }
      await expect(reading()).rejects.toBeInstanceOf(APIError)
      await tenant.settled(1)
    })
  },
  seconds,
)

describeHosts(
  'a caller that stops reading',
  (world) => {
    test('is taken for one that left, and holds nothing for ever', async () => {
      const tenant = await world().tenant()
      const { openai } = world().simulators
      const index = openai.requests.length
      const words = 50_000
      const body = { ...chat({ words }, { stream: true }), max_tokens: words, model: 'gpt-4.1' }
      const answer = await tenant.post(body)
      expect(answer.status).toBe(200)
      await openai.waitForAbort(index)
      const row = await tenant.onlyRow()
      expect(row).toMatchObject({ outcome: 'cancelled', usage_source: 'counted' })
      expect(row.usage.output_tokens).toBeGreaterThan(0)
      await expectBooksToAgree(tenant)
      await answer.body?.cancel().catch(() => {})
    })
  },
  { WEIR_IDLE_SECONDS: '1' },
)
