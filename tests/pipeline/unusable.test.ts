import { expect, test } from 'vitest'
import { answer, catalogue, costAtFirst, providers, request } from './two-providers.ts'
import { events, json, scripted, type Script } from './scripted.ts'
import { makeWorld } from './world.ts'

/** Models whose output is of no use, by their provider's own word: that is a failure, and never told as a good end. */

const [first, second] = [providers.get('first'), providers.get('second')]
if (!first || !second) throw new Error('There are two providers.')
const speaksGemini = new Map([
  [
    'first',
    { ...first, provider: { ...first.provider, speaks: { chat: [{ dialect: 'gemini' as const }] } } },
  ],
  ['second', second],
])

const usageMetadata = { promptTokenCount: 10, candidatesTokenCount: 4 }
const malformed = { content: {}, finishReason: 'MALFORMED_FUNCTION_CALL' }
const text = { content: { role: 'model', parts: [{ text: 'Water' }] } }
const event = (chunk: object) => `data: ${JSON.stringify(chunk)}\n\n`

async function call(scripts: readonly Script[], stream = false) {
  const transport = scripted(scripts)
  const world = await makeWorld({ catalogue, providers: speaksGemini, transport })
  const calling = world.call({ ...request, stream })
  return { world, calling }
}

test('a whole answer that is of no use is not told: the next provider is asked, and what it cost is put down', async () => {
  const body = JSON.stringify({ candidates: [malformed], usageMetadata })
  const { world, calling } = await call([{ headers: json, body: [body] }, answer])
  expect((await calling).headers).toMatchObject({ 'x-weir-provider': 'second', 'x-weir-attempts': '2' })
  const [row] = await world.rows()
  expect(row).toMatchObject({ outcome: 'ok', charge: 5 * costAtFirst })
  expect(row?.attempts).toMatchObject([
    { provider: 'first', status: 200, source: 'exact', providerCost: costAtFirst },
    { provider: 'second' },
  ])
})

test('where nobody else sells it, that is 502 and free', async () => {
  const body = JSON.stringify({ candidates: [{ ...text, ...malformed }], usageMetadata })
  const useless = { headers: json, body: [body] }
  const { world, calling } = await call([useless, { status: new Error('gone') }])
  await expect(calling).rejects.toMatchObject({ code: 'upstream_failed' })
  expect(await world.rows()).toMatchObject([{ outcome: 'failed', charge: 0 }])
})

test.each([
  ['from the start', []],
  ['in its middle', [event({ candidates: [text] })]],
])('a stream that proves to be of no use %s ends with an error', async (_, before) => {
  const body = [...before, event({ candidates: [malformed], usageMetadata })]
  const { world, calling } = await call([{ headers: events, body }], true)
  const told = (await calling).body.toString()
  expect(told).toContain('upstream_failed')
  expect(told).not.toContain('"finish_reason":"stop"')
  expect(await world.rows()).toMatchObject([{ outcome: 'failed', source: 'counted' }])
})
