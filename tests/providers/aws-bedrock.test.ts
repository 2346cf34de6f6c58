import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { awsBedrock } from '../../providers/aws-bedrock.ts'
import type { Exchange } from '../../src/core/transport.ts'
import { concatBytes } from '../../src/core/bytes.ts'
import { cuts, splitBytes, textOf } from '../dialects/splits.ts'
import { bedrockClaudeFixture, claudeFrames, framed } from '../fixtures/providers/aws-bedrock.ts'
import { ScriptedExchange, silence, type Script } from '../pipeline/scripted.ts'

const json = { 'content-type': 'application/json' }

function received(dialect: string, script: Script) {
  const speech = awsBedrock.speaks.chat.find((speech) => speech.dialect === dialect)
  const scripted = new ScriptedExchange(script)
  if (!speech?.receive) throw new Error(`${dialect} is received as it comes.`)
  return { scripted, exchange: speech.receive(scripted) }
}

const claude = (script: Script) => received('anthropic-messages', script)
const converse = (script: Script) => received('bedrock-converse', script)

async function all(exchange: Exchange): Promise<string> {
  const parts: Uint8Array[] = []
  for (let bytes = await exchange.read(); bytes; bytes = await exchange.read()) parts.push(bytes.slice())
  return textOf(concatBytes(parts))
}

const frames = concatBytes(claudeFrames)

describe('a stream of Claude', () => {
  test('is Anthropic’s, wherever its frames are cut', () =>
    fc.assert(
      fc.asyncProperty(fc.oneof(cuts, fc.constant('everywhere' as const)), async (cuts) => {
        const { exchange } = claude({ headers: framed, body: splitBytes(frames, cuts) })
        expect((await exchange.head).headers['content-type']).toBe('text/event-stream')
        expect(await all(exchange)).toBe(bedrockClaudeFixture.stream)
        expect(await exchange.read()).toBeUndefined()
      }),
    ))

  test('may be read before its head was asked for', async () =>
    expect(await all(claude({ headers: framed, body: [frames] }).exchange)).toBe(bedrockClaudeFixture.stream))

  test('that is cut off ends with an error, once', async () => {
    const { exchange } = claude({ headers: framed, body: [frames.subarray(0, -3)] })
    const events = (await all(exchange)).split(/(?<=\n\n)/)
    expect(events.filter((event) => event.startsWith('event: error'))).toEqual([events.at(-1)])
    expect(await exchange.read()).toBeUndefined()
  })

  test('that breaks rejects with the reason', async () => {
    const reset = new Error('reset')
    const { exchange } = claude({ headers: framed, body: [frames.subarray(0, 900), reset] })
    await exchange.read()
    await expect(exchange.read()).rejects.toBe(reset)
  })

  test('is aborted while it is waited for, at its head or later', async () => {
    const reason = new Error('left')
    const headless = claude({ status: silence })
    const read = headless.exchange.read()
    headless.exchange.abort(reason)
    await expect(headless.exchange.head).rejects.toBe(reason)
    await expect(read).rejects.toBe(reason)
    const begun = claude({ headers: framed, body: [frames.subarray(0, 900), silence] })
    await begun.exchange.read()
    const next = begun.exchange.read()
    begun.exchange.abort(reason)
    await expect(next).rejects.toBe(reason)
    expect(begun.scripted.aborted).toBe(reason)
  })

  test('whose head nobody asks for fails without a word', async () => {
    claude({ status: new Error('unreachable') })
    await new Promise((resolve) => setImmediate(resolve))
  })
})

test('a whole message comes as it is', async () => {
  const { answer } = bedrockClaudeFixture
  const { exchange } = claude({
    headers: json,
    body: splitBytes(new Uint8Array(Buffer.from(answer)), [3, 70]),
  })
  expect((await exchange.head).headers).toEqual(json)
  expect(await all(exchange)).toBe(answer)
})

describe('an error', () => {
  const kind = 'ValidationException:http://internal.amazon.com/coral/'
  const headers = { ...json, 'x-amzn-errortype': kind }
  const body = ['{"mess', 'age":"no"}']

  test('has its kind in its body for Converse', async () => {
    const { exchange } = converse({ status: 400, headers, body })
    expect((await exchange.head).status).toBe(400)
    expect(JSON.parse(await all(exchange))).toEqual({ message: 'no', __type: kind })
  })

  test('without a kind, or without a body, comes as it is', async () => {
    expect(await all(converse({ status: 400, headers: json, body }).exchange)).toBe('{"message":"no"}')
    expect(await all(converse({ status: 400, headers: json, body: [] }).exchange)).toBe('')
    const nameless = await all(converse({ status: 503, headers, body: ['<html>'] }).exchange)
    expect(JSON.parse(nameless)).toEqual({ __type: kind })
  })

  test('is in Anthropic’s words for Claude, and only of the operator’s account where it is', async () => {
    const of = async (headers: Readonly<Record<string, string>>) =>
      JSON.parse(await all(claude({ status: 400, headers, body }).exchange)) as unknown
    expect(await of(headers)).toEqual({
      type: 'error',
      error: { type: 'invalid_request_error', message: 'no' },
    })
    expect(await of({ ...json, 'x-amzn-errortype': 'AccessDeniedException' })).toMatchObject({
      error: { type: 'permission_error' },
    })
  })

  test('that is too large, or breaks, fails', async () => {
    const megabyte = new Uint8Array(1024 * 1024)
    await expect(all(claude({ status: 400, headers, body: [megabyte] }).exchange)).rejects.toThrow('too much')
    const reset = new Error('reset')
    await expect(all(converse({ status: 400, headers, body: ['{', reset] }).exchange)).rejects.toBe(reset)
  })

  test('that comes as a stream would is no stream', async () => {
    const { exchange } = claude({ status: 500, headers: { ...headers, ...json }, body })
    expect((await exchange.head).headers['content-type']).toBe('application/json')
    expect(await all(exchange)).toContain('"type":"error"')
  })
})
