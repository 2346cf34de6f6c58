import { expect, test } from 'vitest'
import { chunkOf, eventsOf, isUsageChunk } from '../../support/events.ts'
import { readRefusal } from '../../support/refusals.ts'
import { chat } from '../../support/tenant.ts'
import { describeHosts, models, providerNames } from '../../support/world.ts'

const headers = { 'x-weir-usage': 'true' }

describeHosts('a stream whose caller asks for its usage', (world) => {
  test.each(providerNames)('of %s ends with what it used and costs, once', async (provider) => {
    const tenant = await world().tenant()
    const answer = await tenant.post({ ...chat({}, { stream: true }), model: models[provider] }, { headers })
    const events = eventsOf(Buffer.from(await answer.arrayBuffer()))
    const row = await tenant.onlyRow()
    expect(events.at(-1)).toBe('data: [DONE]\n\n')
    expect(events.filter(isUsageChunk)).toHaveLength(1)
    expect(chunkOf(events.at(-2) ?? '')).toMatchObject({
      choices: [],
      usage: { prompt_tokens: row.usage.input_tokens, completion_tokens: row.usage.output_tokens },
      weir: {
        request_id: row.id,
        provider,
        model: models[provider],
        charge: row.charge,
        usage_source: 'exact',
      },
    })
  })

  test('is whole to the official SDK', async () => {
    const tenant = await world().tenant()
    const stream = tenant.sdk().chat.completions.stream(chat({ text: 'Ein Wehr 水 misst.' }), { headers })
    const completion = await stream.finalChatCompletion()
    expect(completion.choices[0]?.message.content).toBe('Ein Wehr 水 misst.')
    expect(completion.usage?.completion_tokens).toBe((await tenant.onlyRow()).usage.output_tokens)
  })

  test('gets no more where it did not ask, and an unstreamed answer is as it was', async () => {
    const tenant = await world().tenant()
    const plain = await tenant.post(chat({}, { stream: true }), { headers: { 'x-weir-usage': 'false' } })
    expect(await plain.text()).not.toContain('"weir":')
    const whole = await tenant.post(chat(), { headers })
    expect(await whole.text()).toBe(
      world()
        .simulators.acme.lastAnswer(world().simulators.acme.requests.length - 1)
        .toString(),
    )
    expect(whole.headers.get('x-weir-cost')).toMatch(/^0\.\d+$/)
    await tenant.settled(2)
  })

  test('is refused where it is neither true nor false', async () => {
    const tenant = await world().tenant()
    const refusal = await readRefusal(await tenant.post(chat(), { headers: { 'x-weir-usage': 'yes' } }))
    expect(refusal).toMatchObject({ status: 400, code: 'invalid_request', param: 'x-weir-usage' })
    expect(await tenant.rows()).toEqual([])
  })
})
