import { APIError, InternalServerError } from 'openai'
import { expect, test } from 'vitest'
import { expectBooksToAgree } from '../../support/books.ts'
import { chunkOf, eventsOf, generatedBytes } from '../../support/events.ts'
import { nanoOf, prices, priceOf } from '../../support/prices.ts'
import { readRefusal } from '../../support/refusals.ts'
import type { Script } from '../../support/simulator/simulator.ts'
import { chat, type Tenant } from '../../support/tenant.ts'
import { describeHosts } from '../../support/world.ts'

/** Providers that fail, and what callers, other providers and the books see of it. */

type Fail = NonNullable<Script['fail']>

const beforeAnything: readonly (readonly [string, Script, object])[] = [
  ['dies before its head', { fail: 'before_head' }, {}],
  ['dies before the head of a stream', { fail: 'before_head' }, { stream: true }],
  ['resets in the middle of an unstreamed answer', { fail: 'reset_mid_stream' }, {}],
  ['sends less than its content-length', { fail: 'wrong_content_length' }, {}],
  ['sends a page of HTML', { fail: 'html_200' }, {}],
  ['sends a page of HTML for a stream', { fail: 'html_200' }, { stream: true }],
  ['sends half of a JSON', { fail: 'truncated_json' }, {}],
  ['sends rubbish', { fail: 'rubbish' }, {}],
  ['ends a stream before it began', { fail: 'end_without_finish', fail_after: 0 }, { stream: true }],
  ['sends an error event first', { fail: 'error_event_mid_stream', fail_after: 0 }, { stream: true }],
  ['says 500', { status: 500 }, {}],
  ['says 503 to a stream', { status: 503 }, { stream: true }],
  ['says 404', { status: 404 }, {}],
  ['answers with an encoding that nobody asked for', { headers: { 'content-encoding': 'gzip' } }, {}],
]

describeHosts('a provider that fails', (world) => {
  async function post(script: Script, more: object = {}) {
    const tenant = await world().tenant()
    const body = JSON.stringify(chat(script, more))
    return { tenant, body, answer: await tenant.post(body) }
  }

  /** For a provider's failure nobody is charged. */
  async function expectUncharged(tenant: Tenant) {
    const row = await tenant.onlyRow()
    expect(row).toMatchObject({
      outcome: 'failed',
      charge: '0',
      usage: { input_tokens: 0, output_tokens: 0 },
    })
    await expectBooksToAgree(tenant)
    return row
  }

  test.each(beforeAnything)('that %s is 502, and free of charge', async (_, script, more) => {
    const { tenant, answer } = await post(script, more)
    expect(await readRefusal(answer)).toMatchObject({ status: 502, code: 'upstream_failed' })
    expect(answer.headers.get('x-request-id')).toBe((await expectUncharged(tenant)).id)
    await expect(tenant.sdk().chat.completions.create(chat(script))).rejects.toBeInstanceOf(
      InternalServerError,
    )
  })

  test.each(beforeAnything)('that %s is replaced by the next one', async (_, script, more) => {
    const tenant = await world().tenant()
    const { acme, backup } = world().simulators
    acme.next(script)
    const [first, second] = [acme.requests.length, backup.requests.length]
    const body = JSON.stringify(chat({ text: 'Instead.' }, { model: 'best-chat', ...more }))
    const answer = await tenant.post(body)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('Instead.')
    expect(answer.headers.get('x-weir-provider')).toBe('backup')
    expect(answer.headers.get('x-weir-attempts')).toBe('2')
    expect([acme.requests.length, backup.requests.length]).toEqual([first + 1, second + 1])
    expect(backup.requests[second]?.body).toMatchObject({ model: 'spare-1' })
    const row = await tenant.onlyRow()
    expect(row).toMatchObject({
      outcome: 'ok',
      usage_source: 'exact',
      model: 'backup-chat',
      provider: 'backup',
    })
    expect(row.attempts).toHaveLength(2)
    // The caller pays the attempt that served; the provider's cost is that of all.
    expect(row.charge).toBe(row.attempts[1]?.provider_cost)
    const costs = row.attempts.map((attempt) => nanoOf(attempt.provider_cost))
    expect(nanoOf(row.provider_cost)).toBe((costs[0] ?? 0n) + (costs[1] ?? 0n))
    const failed = row.attempts[0]
    const input = Math.ceil(Buffer.byteLength(body) / 4)
    if (failed?.usage_source === 'floor')
      expect(costs[0]).toBe(priceOf(prices['acme-chat'], { inputTokens: input }))
    else expect(failed).toMatchObject({ usage_source: 'exact', provider_cost: '0' })
    await expectBooksToAgree(tenant)
  })

  const midStream: readonly Fail[] = ['reset_mid_stream', 'end_without_finish', 'rubbish', 'truncated_json']

  test.each(midStream)(
    '%s ends a stream with an error event, and what was generated is paid',
    async (fail) => {
      const { backup } = world().simulators
      const sent = backup.requests.length
      const { tenant, body, answer } = await post({ fail }, { stream: true })
      expect(answer.status).toBe(200)
      const bytes = Buffer.from(await answer.arrayBuffer())
      const events = eventsOf(bytes)
      expect(events.join('')).toBe(bytes.toString())
      expect(chunkOf(events.at(-1) ?? '')?.error).toMatchObject({ code: 'upstream_failed' })
      expect(bytes.toString()).not.toContain('[DONE]')
      const row = await tenant.onlyRow()
      const usage = {
        inputTokens: Math.ceil(Buffer.byteLength(body) / 4),
        outputTokens: Math.ceil(generatedBytes(bytes) / 4),
      }
      expect(usage.outputTokens).toBeGreaterThan(0)
      expect(row).toMatchObject({
        outcome: 'failed',
        usage_source: 'counted',
        usage: { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens },
      })
      expect(nanoOf(row.charge)).toBe(priceOf(prices['acme-chat'], usage))
      await expectBooksToAgree(tenant)
      // Never a second try once bytes went out.
      expect(backup.requests.length).toBe(sent)
    },
  )

  test.each(midStream)('%s makes the SDK throw, and no other provider is tried', async (fail) => {
    const tenant = await world().tenant()
    const { backup } = world().simulators
    const before = backup.requests.length
    const stream = await tenant
      .sdk()
      .chat.completions.create({ ...chat({ fail }), model: 'best-chat', stream: true })
    let text = ''
    const reading = async () => {
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    }
    await expect(reading()).rejects.toBeInstanceOf(APIError)
    expect(text).not.toBe('')
    expect(backup.requests.length).toBe(before)
    await tenant.settled(1)
  })

  test('an error event in mid-stream reaches the SDK', async () => {
    const tenant = await world().tenant()
    const { acme } = world().simulators
    const gate = { wait_for: 'error event', wait_after: 3 }
    const stream = await tenant.sdk().chat.completions.create({
      ...chat({ fail: 'error_event_mid_stream', fail_after: 4, ...gate }),
      stream: true,
    })
    const reading = async () => {
      for await (const chunk of stream) {
        expect(chunk.object).toBe('chat.completion.chunk')
        acme.release(gate.wait_for)
      }
    }
    await expect(reading()).rejects.toBeInstanceOf(APIError)
    expect(await tenant.onlyRow()).toMatchObject({ outcome: 'failed', usage_source: 'counted' })
    await expectBooksToAgree(tenant)
  })

  test('one that nobody listens for is 502, and the next one is tried', async () => {
    const alone = await post({}, { model: 'dead-chat' })
    expect(await readRefusal(alone.answer)).toMatchObject({ status: 502, code: 'upstream_failed' })
    await expectUncharged(alone.tenant)
    const { tenant, answer } = await post({ text: 'Alive.' }, { model: 'dead-first' })
    expect(await answer.text()).toContain('Alive.')
    expect(await tenant.onlyRow()).toMatchObject({ provider: 'backup', outcome: 'ok' })
  })
})
