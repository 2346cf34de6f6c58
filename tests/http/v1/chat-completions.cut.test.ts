import { expect, test } from 'vitest'
import { expectBooksToAgree } from '../../support/books.ts'
import { chunkOf, eventsOf, generatedBytes } from '../../support/events.ts'
import { nanoOf, prices, priceOf, usdOf } from '../../support/prices.ts'
import { chat, type Tenant } from '../../support/tenant.ts'
import { describeHosts } from '../../support/world.ts'

/** Streams that are longer than a budget covers, of a key whose calls are known to be short. */

const usualCalls = 24
/** NanoUSD. */
const cent = 10_000_000n

/** Makes so many short calls that the gateway knows what is usual for this key. */
async function getUsed(tenant: Tenant): Promise<void> {
  const calls = Array.from({ length: usualCalls }, async () =>
    (await tenant.post(chat({}, { stream: true }))).text(),
  )
  await Promise.all(calls)
  await tenant.settled(usualCalls)
  // The habit is told with the policy, which is asked for now.
  await tenant.get('/v1/key')
}

const endless = (sim: object = {}) => chat({ words: 3_000, chunk_ms: 1, ...sim }, { stream: true })

describeHosts('a stream that a budget does not cover to its end', (world) => {
  /** A tenant whose key has made short calls, and has so much (nanoUSD) left in its budget. */
  async function prepared(left: bigint) {
    const budget = { metric: 'cost', per: 'lifetime', amount: '100' }
    const tenant = await world().tenant({ keyLimits: [budget] })
    await getUsed(tenant)
    const limit = (await tenant.limits()).find(({ scope }) => scope.type === 'key')
    const amount = usdOf(nanoOf(limit?.spent ?? 0) + left)
    const changed = await tenant.admin('PATCH', `/limits/${limit?.id}`, { amount })
    expect(changed.status, changed.text).toBe(200)
    return tenant
  }

  test('is cut: it ends as one that reached its cap, and says which limit it was', async () => {
    const tenant = await prepared(cent)
    const { acme } = world().simulators
    const index = acme.requests.length
    const body = JSON.stringify(endless())
    const answer = await tenant.post(body)
    expect(answer.status).toBe(200)
    const bytes = Buffer.from(await answer.arrayBuffer())
    await acme.waitForAbort(index)
    expect(acme.requests[index]?.body).toMatchObject({ max_completion_tokens: 8_192 })
    const events = eventsOf(bytes)
    expect(events.join('')).toBe(bytes.toString())
    expect(events.at(-1)).toBe('data: [DONE]\n\n')
    expect(chunkOf(events.at(-2) ?? '')).toMatchObject({
      choices: [{ index: 0, finish_reason: 'length' }],
      weir: { reason: 'budget', limit: { metric: 'cost', scope: { type: 'key' } } },
    })
    const rows = await tenant.settled(usualCalls + 1)
    const row = rows.find(({ outcome }) => outcome === 'cut')
    const usage = {
      inputTokens: Math.ceil(Buffer.byteLength(body) / 4),
      outputTokens: Math.ceil(generatedBytes(bytes) / 4),
    }
    expect(row).toMatchObject({
      id: answer.headers.get('x-request-id'),
      usage_source: 'counted',
      usage: { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens },
    })
    expect(nanoOf(row?.charge ?? 0)).toBe(priceOf(prices['acme-chat'], usage))
    expect(nanoOf(row?.charge ?? 0)).toBeLessThanOrEqual(cent)
    expect(nanoOf(row?.charge ?? 0)).toBeGreaterThan(cent / 2n)
    await expectBooksToAgree(tenant)
  })

  test('is whole to the official SDK', async () => {
    const tenant = await prepared(cent)
    const stream = tenant.sdk().chat.completions.stream({ ...endless(), stream: true })
    const [choice] = (await stream.finalChatCompletion()).choices
    expect(choice?.finish_reason).toBe('length')
    expect(choice?.message.content?.length).toBeGreaterThan(100)
    await tenant.settled(usualCalls + 1)
  })

  test('is not cut where the budget covers it, however long it is', async () => {
    const tenant = await prepared(1_000n * cent)
    const stream = tenant.sdk().chat.completions.stream({ ...endless({ chunk_ms: 0 }), stream: true })
    expect((await stream.finalChatCompletion()).choices[0]?.finish_reason).toBe('stop')
    const rows = await tenant.settled(usualCalls + 1)
    const row = rows.find(({ usage }) => usage.output_tokens >= 3_000)
    expect(row).toMatchObject({ outcome: 'ok', usage_source: 'exact' })
    expect(row?.hold.output_tokens).toBeGreaterThanOrEqual(3_000)
    await expectBooksToAgree(tenant)
  })
})
