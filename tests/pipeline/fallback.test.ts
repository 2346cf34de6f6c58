import { describe, expect, test, vi } from 'vitest'
import { UpstreamError } from '../../src/upstream/deadlines.ts'
import { events, scripted, silence, type Script } from './scripted.ts'
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

const nothingHeld = { cost: { held: 0 }, concurrency: { held: 0 }, requests: { held: 0 } }
const refusedAs = (code: string) => expect.objectContaining({ code }) as Error
const broken = new UpstreamError('broken', 'It broke.')

describe('when a provider fails, the next one is tried', () => {
  test.each<[string, Script]>([
    ['with 500', failing(500)],
    ['by the operator’s fault', failing(401)],
    ['by its rate limit', failing(429)],
    ['without a head', { status: broken }],
    ['before a stream’s first event', { headers: events, body: ['data: {"cho', broken] }],
    ['with a stream that ends before it began', { headers: events, body: [] }],
    [
      'with an error in place of a stream',
      { headers: events, body: ['data: {"error":{"message":"no"}}\n\n', pieces.text] },
    ],
    ['with what is no answer', { body: ['<html>'] }],
    ['with what nobody asked to be packed', { ...answer, headers: { 'content-encoding': 'gzip' } }],
  ])('%s', async (_, script) => {
    const world = await worldWith([script, answer])
    const served = await world.call(request)
    expect(served.headers).toMatchObject({ 'x-weir-provider': 'second', 'x-weir-attempts': '2' })
    expect(world.sent[1]?.request.headers['authorization']).toBe('Bearer op-second')
    expect(JSON.parse(Buffer.from(world.sent[1]?.request.body ?? []).toString())).toMatchObject({
      model: 'both-at-second',
    })
    const rows = await world.rows()
    expect(rows).toMatchObject([{ provider: 'second', outcome: 'ok', charge: 5 * costAtFirst }])
    expect(rows[0]?.attempts.map(({ provider }) => provider)).toEqual(['first', 'second'])
    expect(await world.counts()).toMatchObject({ ...nothingHeld, cost: { spent: 5 * costAtFirst } })
  })

  test('and one that could not be reached was no attempt', async () => {
    const world = await worldWith([{ status: new UpstreamError('unreachable', 'gone', false) }, answer])
    await world.call(request)
    expect((await world.rows())[0]?.attempts.map(({ provider }) => provider)).toEqual(['second'])
  })

  test.each([400, 413, 422])('but not where the caller is at fault: %i passes as it is', async (status) => {
    const world = await worldWith([failing(status)])
    const served = await world.call(request)
    expect(served).toMatchObject({ status, headers: { 'x-weir-provider': 'first' } })
    expect(served.body.toString()).toBe(failing(status).body?.[0])
    expect(await world.rows()).toMatchObject([{ charge: 0, providerCost: 0, outcome: 'failed' }])
  })
})

describe('when every provider fails', () => {
  test.each<[string, [Script, Script], string]>([
    ['limited', [failing(429, { 'retry-after': '7' }), failing(429)], 'provider_rate_limited'],
    ['limited or broken', [failing(429), failing(500)], 'upstream_failed'],
    ['broken or limited', [failing(500), failing(429)], 'upstream_failed'],
    [
      'too slow at last',
      [failing(500), { status: new UpstreamError('timed_out', 'slow') }],
      'upstream_timeout',
    ],
    ['refusing the operator', [failing(401), failing(403)], 'upstream_failed'],
  ])('%s: the caller is told so, in our words, and not charged', async (_, scripts, code) => {
    const world = await worldWith(scripts)
    const refusal = (await world.call(request).catch((error: unknown) => error)) as Error
    expect(refusal).toMatchObject({ code })
    expect(refusal.message).not.toContain('vendor')
    expect(await world.rows()).toMatchObject([
      { charge: 0, outcome: code === 'upstream_timeout' ? 'timed_out' : 'failed' },
    ])
    expect(await world.counts()).toMatchObject({ ...nothingHeld, cost: { spent: 0 } })
  })

  test('what one provider had generated is not put down to the next', async () => {
    const error = 'data: {"error":{"message":"no"}}\n\n'
    const world = await worldWith([{ headers: events, body: [pieces.text + error] }, { status: broken }])
    await expect(world.call({ ...request, stream: true })).rejects.toEqual(refusedAs('upstream_failed'))
    const attempts = (await world.rows())[0]?.attempts
    expect(attempts?.map(({ usage }) => usage.outputTokens)).toEqual([3, 0])
  })

  test('an error whose text never ends is still only an error, and costs nobody anything', async () => {
    const cut = { ...failing(500), body: ['{"error":', broken] }
    const world = await worldWith([cut, cut])
    await expect(world.call(request)).rejects.toEqual(refusedAs('upstream_failed'))
    expect(await world.rows()).toMatchObject([{ charge: 0, providerCost: 0 }])
  })
})

describe('once bytes went out', () => {
  test.each<[string, (string | Error)[]]>([
    ['a connection that breaks', [pieces.first, pieces.text, broken]],
    ['a connection that breaks within an event', [pieces.first, pieces.text, 'data: {"cho', broken]],
    ['a stream that ends in the middle', [pieces.first, pieces.text]],
    ['a stream that ends within an event', [pieces.first, pieces.text, 'data: {"cho']],
  ])('no other provider is tried: %s ends in one error event', async (_, body) => {
    const world = await worldWith([{ headers: events, body }])
    const served = await world.call({ ...request, stream: true })
    const sent = pieces.first + pieces.text
    const ending = served.body.toString().slice(sent.length)
    expect(served.body.toString().slice(0, sent.length)).toBe(sent)
    expect(ending).toMatch(/^data: \{"error":.*\n\n$/)
    expect(JSON.parse(ending.slice(6))).toMatchObject({ error: { code: 'upstream_failed' } })
    expect(world.sent).toHaveLength(1)
    expect(await world.rows()).toMatchObject([
      { outcome: 'failed', source: 'counted', usage: { outputTokens: 3 } },
    ])
    expect(await world.counts()).toMatchObject(nothingHeld)
  })

  test('a connection that breaks after the finish is no failure', async () => {
    const world = await worldWith([{ headers: events, body: [...(stream.body ?? []).slice(0, 4), broken] }])
    const served = await world.call({ ...request, stream: true })
    expect(served.body.toString()).toBe(pieces.first + pieces.text + pieces.finish + 'data: [DONE]\n\n')
    expect(await world.rows()).toMatchObject([{ outcome: 'ok', source: 'exact', charge: costAtFirst }])
  })
})

describe('a stream that brings nothing', () => {
  test.each<[string, string[]]>([
    ['but comments and an error', [': keep-alive\n\n', 'data: {"error":{"message":"m"}}\n\n']],
    ['but rubbish', ['data: {}\n\n', 'data: rubbish\n\n']],
  ])('%s is charged to nobody', async (_, body) => {
    const world = await worldWith([{ headers: events, body }])
    await world.call({ ...request, stream: true })
    expect(await world.rows()).toMatchObject([{ outcome: 'failed', charge: 0, usage: { inputTokens: 0 } }])
    expect(await world.counts()).toMatchObject({ ...nothingHeld, cost: { spent: 0 } })
  })
})

test.each([
  ['piece by piece', stream.body ?? []],
  ['all at once', [Object.values(pieces).join('')]],
])('a stream that ended, %s, is settled, though the provider keeps its connection', async (_, body) => {
  const transport = scripted([{ ...stream, body: [...body, silence] }])
  const world = await makeWorld({ catalogue, providers, transport })
  const calling = world.call({ ...request, stream: true })
  await vi.waitFor(async () => expect(await world.rows()).toMatchObject([{ outcome: 'ok', source: 'exact' }]))
  expect(await world.counts()).toMatchObject(nothingHeld)
  transport.sent[0]?.exchange.abort(new Error('over'))
  await calling
  expect(await world.rows()).toMatchObject([{ outcome: 'ok', charge: costAtFirst, attempts: [{}] }])
})
