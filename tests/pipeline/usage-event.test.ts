import { describe, expect, test, vi } from 'vitest'
import { endless, streamOf, worldWithHabit, type Chunk } from './cutting.ts'
import { events, scripted, silence } from './scripted.ts'
import {
  answer,
  catalogue,
  costAtFirst,
  failing,
  pieces,
  providers,
  request,
  stream,
  worldWith,
} from './two-providers.ts'
import { makeWorld } from './world.ts'

const streamed = { ...request, stream: true }
const wanted = { 'x-weir-usage': 'true' }

const chunksOf = (body: Buffer) =>
  body
    .toString()
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event) => JSON.parse(event.slice(6)) as Chunk & { weir?: Record<string, unknown> })

describe('a stream whose caller asks for its usage', () => {
  test.each([
    ['piece by piece', stream.body ?? []],
    ['all at once', [Object.values(pieces).join('')]],
    ['without an end of its own', (stream.body ?? []).slice(0, 4)],
  ])('%s ends with one usage event that tells the cost', async (_, body) => {
    const world = await worldWith([{ headers: events, body }])
    const served = await world.call(streamed, world.callerWith(wanted))
    const text = served.body.toString()
    expect(text.startsWith(pieces.first + pieces.text + pieces.finish)).toBe(true)
    expect(text).toMatch(/data: \[DONE\]\n\n$/)
    expect(text.match(/\[DONE\]/g)).toHaveLength(1)
    const told = chunksOf(served.body).filter(({ usage }) => usage)
    expect(told).toEqual([
      expect.objectContaining({
        choices: [],
        usage: expect.objectContaining({ prompt_tokens: 10, completion_tokens: 4 }) as object,
        weir: {
          request_id: served.headers['x-request-id'],
          provider: 'first',
          model: 'both',
          charge: '0.000014',
          usage_source: 'exact',
        },
      }),
    ])
    expect(await world.rows()).toMatchObject([{ outcome: 'ok', source: 'exact', charge: costAtFirst }])
  })

  test('tells what was counted where the provider did not say', async () => {
    const { first, text, finish, done } = pieces
    const world = await worldWith([{ headers: events, body: [first, text, finish, done] }])
    const served = await world.call(streamed, world.callerWith(wanted))
    const last = chunksOf(served.body).at(-1)
    expect(last?.usage).toMatchObject({ completion_tokens: 3 })
    expect(last?.weir).toMatchObject({ usage_source: 'counted' })
  })

  test('that is nothing but its end is answered', async () => {
    const world = await worldWith([{ headers: events, body: [pieces.done] }])
    const served = await world.call(streamed, world.callerWith(wanted))
    expect(chunksOf(served.body)).toMatchObject([
      { choices: [], weir: { charge: expect.any(String) as string } },
    ])
  })

  test('gets it, and is settled, though the provider keeps its connection', async () => {
    const transport = scripted([{ ...stream, body: [...(stream.body ?? []), silence] }])
    const world = await makeWorld({ catalogue, providers, transport })
    const written: string[] = []
    const caller = world.callerWith(wanted)
    const calling = world.call(streamed, caller, (bytes) => {
      written.push(Buffer.from(bytes).toString())
      return undefined
    })
    await vi.waitFor(() => expect(written.join('')).toContain('[DONE]'))
    expect(await world.rows()).toMatchObject([{ outcome: 'ok', source: 'exact' }])
    transport.sent[0]?.exchange.abort(new Error('over'))
    expect((await calling).body.toString().match(/\[DONE\]/g)).toHaveLength(1)
  })

  test('gets it although the connection broke after the finish', async () => {
    const body = [...(stream.body ?? []).slice(0, 3), new Error('broke')]
    const world = await worldWith([{ headers: events, body }])
    const served = await world.call(streamed, world.callerWith(wanted))
    expect(chunksOf(served.body).at(-1)?.weir).toMatchObject({ usage_source: 'counted' })
  })

  test('gets no usage after an error', async () => {
    const body = [pieces.first, pieces.text, 'data: {"error":{"message":"no"}}\n\n', pieces.done]
    const world = await worldWith([{ headers: events, body }])
    const served = await world.call(streamed, world.callerWith(wanted))
    expect(served.body.toString()).not.toContain('usage')
    expect(await world.rows()).toMatchObject([{ outcome: 'failed' }])
  })

  test('waits for no settlement', async () => {
    const world = await worldWith([stream], () => ({ settle: () => new Promise(() => {}) }))
    const caller = world.callerWith(wanted)
    let text = ''
    void world.call(streamed, caller, (bytes) => {
      text += Buffer.from(bytes).toString()
      return undefined
    })
    await vi.waitFor(() => expect(text).toContain('[DONE]'))
  })

  test('gets it when a budget cuts the stream, too', async () => {
    const world = await worldWithHabit([streamOf(...Array.from({ length: 50 }, () => 60))])
    await world.addLimit({ metric: 'output_tokens', per: 'lifetime', amount: 200 })
    const served = await world.call(endless, world.callerWith(wanted))
    const [cut, usage] = chunksOf(served.body).slice(-2)
    const row = (await world.rows()).at(-1)
    expect(cut).toMatchObject({ weir: { reason: 'budget' } })
    expect(usage).toMatchObject({
      choices: [],
      usage: { completion_tokens: row?.usage.outputTokens },
      weir: { usage_source: 'counted' },
    })
    expect(Number(usage?.weir?.charge) * 1e9).toBeCloseTo(row?.charge ?? 0)
  })
})

test('an unstreamed answer is as it was', async () => {
  const world = await worldWith([answer])
  const served = await world.call(request, world.callerWith(wanted))
  expect(served.body.toString()).toBe(answer.body?.[0])
  expect(served.headers['x-weir-cost']).toBe('0.000014')
})

test.each(['false', ' TRUE ', ''])('x-weir-usage: %o is understood', async (value) => {
  const world = await worldWith([stream])
  const served = await world.call(streamed, world.callerWith(value === '' ? {} : { 'x-weir-usage': value }))
  expect(served.body.toString().includes('weir')).toBe(value === ' TRUE ')
})

test.each(['yes', '1', 'true,true', ''])('x-weir-usage: %o is refused, with nothing held', async (value) => {
  const world = await worldWith([failing(500)])
  await expect(world.call(request, world.callerWith({ 'x-weir-usage': value }))).rejects.toMatchObject({
    code: 'invalid_request',
    status: 400,
    details: { param: 'x-weir-usage' },
  })
  expect(world.sent).toEqual([])
  expect(await world.counts()).toMatchObject({ concurrency: { held: 0 } })
})
