import { describe, expect, test } from 'vitest'
import { readFrames } from './bedrock/frames.ts'
import { post, wireFor } from './setup.ts'
import type { Scene, WireFormat } from './start-wire.ts'

const user = { role: 'user', content: 'Hi' }
const turn = { role: 'user', parts: [{ text: 'Hi' }] }

/** How each format is asked for a stream. */
const asked: Record<WireFormat, { readonly path: string; readonly body: object }> = {
  'openai-chat': { path: '/chat/completions', body: { model: 'm', stream: true, messages: [user] } },
  'openai-responses': { path: '/responses', body: { model: 'm', stream: true, input: 'Hi' } },
  'anthropic-messages': {
    path: '/messages',
    body: { model: 'claude-m', max_tokens: 100, stream: true, messages: [user] },
  },
  gemini: { path: '/models/m:streamGenerateContent?alt=sse', body: { contents: [turn] } },
  'bedrock-converse': {
    path: '/model/m/converse-stream',
    body: { messages: [{ role: 'user', content: [{ text: 'Hi' }] }] },
  },
}
const formats = Object.keys(asked) as WireFormat[]
const textFormats = formats.filter((format) => format !== 'bedrock-converse')
const scene: Scene = { text: 'Ja, 世界 🌊', calls: [{ name: 'f', arguments: { a: 'ü' } }] }

/** The bytes of a stream of a fresh server: the same each time for the same scene. */
async function streamed(format: WireFormat, scene: Scene): Promise<Buffer> {
  const wire = await wireFor(format)
  wire.next(scene)
  const answer = await post(wire, asked[format].path, { body: asked[format].body })
  return Buffer.from(await answer.arrayBuffer())
}

describe.each(formats)('%s', (format) => {
  const { path, body } = asked[format]

  test('records what came', async () => {
    const wire = await wireFor(format)
    await (await post(wire, path, { body, headers: { 'x-own': 'a' } })).arrayBuffer()
    expect(wire.requests).toMatchObject([
      { method: 'POST', body, headers: { 'x-own': 'a' }, status: 200, aborted: false, finished: true },
    ])
    expect(wire.url + path).toContain(wire.requests[0]?.path)
  })

  test('sends the same bytes in few pieces or many', async () => {
    expect(await streamed(format, { ...scene, dribble: true })).toEqual(await streamed(format, scene))
  })

  test('stays silent until the client leaves', async () => {
    const wire = await wireFor(format)
    const leaving = new AbortController()
    wire.next([{ hang: true }, { ...scene, hangAfter: 2 }])
    const waiting = post(wire, path, { body, signal: leaving.signal })
    await wire.until(() => wire.requests.length === 1)
    leaving.abort()
    await expect(waiting).rejects.toThrow()
    await wire.until(() => wire.requests[0]?.aborted === true)
    expect(wire.requests[0]).toMatchObject({ sentBytes: 0, finished: false })
  })

  test('falls silent in the middle until the client leaves', async () => {
    const wire = await wireFor(format)
    const leaving = new AbortController()
    wire.next({ ...scene, hangAfter: 2 })
    const answer = await post(wire, path, { body, signal: leaving.signal })
    await answer.body?.getReader().read()
    expect(wire.requests[0]?.finished).toBe(false)
    leaving.abort()
    await wire.until(() => wire.requests[0]?.aborted === true)
  })

  test('ends in the middle, after the bytes that it was to send', async () => {
    const whole = await streamed(format, scene)
    const wire = await wireFor(format)
    wire.next({ ...scene, cutAfter: 150 })
    const answer = await post(wire, path, { body })
    const pieces: Uint8Array[] = []
    const reading = async () => {
      for await (const piece of answer.body ?? []) pieces.push(piece as Uint8Array)
    }
    await expect(reading()).rejects.toThrow()
    expect(Buffer.concat(pieces)).toEqual(whole.subarray(0, 150))
    expect(wire.requests[0]).toMatchObject({ sentBytes: 150, aborted: false })
  })

  test('sends no faster than the client reads', async () => {
    const wire = await wireFor(format)
    const leaving = new AbortController()
    const flood = 64_000_000
    wire.next([{ flood: 1_000_000 }, { flood }])
    expect((await (await post(wire, path, { body })).arrayBuffer()).byteLength).toBeGreaterThan(1_000_000)
    const answer = await post(wire, path, { body, signal: leaving.signal })
    await answer.body?.getReader().read()
    expect(wire.requests[1]?.sentBytes).toBeLessThan(flood / 2)
    leaving.abort()
    await wire.until(() => wire.requests[1]?.aborted === true)
  })

  test('keeps a scene for the next legal request', async () => {
    const wire = await wireFor(format)
    wire.next({ text: 'kept' })
    expect((await post(wire, path, { body: {} })).status).toBe(400)
    expect((await post(wire, path, { body: 'no JSON' })).status).toBe(400)
    const answer = await post(wire, path, { body })
    expect(Buffer.from(await answer.arrayBuffer()).toString()).toContain('kept')
  })
})

describe.each(textFormats)('%s as text', (format) => {
  test('may have other line ends, and comments', async () => {
    const plain = (await streamed(format, scene)).toString()
    expect((await streamed(format, { ...scene, crlf: true })).toString()).toBe(plain.replaceAll('\n', '\r\n'))
    const commented = (await streamed(format, { ...scene, comments: true })).toString()
    expect(commented.replaceAll(': keep-alive\n\n', '')).toBe(plain)
    expect(commented).not.toBe(plain)
  })
})

test('the mark of the end can be left out', async () => {
  expect((await streamed('openai-chat', {})).toString()).toMatch(/\[DONE\]\n\n$/)
  expect((await streamed('openai-chat', { noDone: true })).toString()).not.toContain('[DONE]')
  expect((await streamed('anthropic-messages', { noDone: true })).toString()).not.toContain('message_stop')
  const frames = readFrames(await streamed('bedrock-converse', { noDone: true }))
  expect(frames.at(-1)?.headers[':event-type']).toBe('messageStop')
})
