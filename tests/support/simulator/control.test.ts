import { APIError } from 'openai'
import { describe, expect, test } from 'vitest'
import type { Script } from './simulator.ts'
import { collect, flavours, post, start } from './test-setup.ts'

describe('failures', () => {
  test.each(['before_head', 'reset_mid_stream', 'wrong_content_length'] as const)(
    '%s breaks the connection',
    async (fail) => {
      const setup = await start()
      for (const stream of [true, false]) {
        const reading = post(setup, { ...setup.body({ fail }), stream }).then((answer) => answer.text())
        await expect(reading).rejects.toThrow()
      }
      expect(setup.simulator.bill.entries).toEqual([])
      expect(setup.simulator.requests.map((request) => request.aborted)).toEqual([false, false])
    },
  )

  test('what was sent before a reset arrives', async () => {
    const setup = await start()
    const answer = await post(setup, {
      ...setup.body({ fail: 'reset_mid_stream', fail_after: 3 }),
      stream: true,
    })
    let text = ''
    const reading = async () => {
      for await (const bytes of answer.body ?? []) text += Buffer.from(bytes).toString()
    }
    await expect(reading()).rejects.toThrow()
    expect(text.match(/data:/g)).toHaveLength(3)
  })

  test.each(['stall_before_head', 'stall_mid_stream'] as const)(
    '%s lasts until the client leaves',
    async (fail) => {
      const setup = await start()
      const leaving = new AbortController()
      const reading = post(setup, { ...setup.body({ fail }), stream: true }, leaving.signal).then((answer) =>
        answer.text(),
      )
      await setup.simulator.arrived(1)
      expect(setup.simulator.openRequests()).toBe(1)
      leaving.abort()
      await expect(reading).rejects.toThrow()
      await setup.simulator.waitForAbort(0)
      await setup.simulator.waitForConnections(0)
    },
  )

  test('an error in mid-stream reaches the SDK', async () => {
    for (const flavour of flavours)
      await expect(collect(await start(flavour), { fail: 'error_event_mid_stream' })).rejects.toBeInstanceOf(
        APIError,
      )
  })

  test('an answer can end without finish, in rubbish, in half of its JSON, or be a page of HTML', async () => {
    const setup = await start()
    const read = async (fail: NonNullable<Script['fail']>, stream: boolean) =>
      (await post(setup, { ...setup.body({ fail }), stream })).text()
    expect(await read('end_without_finish', true)).not.toMatch(/"finish_reason":"|DONE/)
    expect(await read('rubbish', true)).toMatch(/^data: [^]*\0/)
    expect(await read('html_200', false)).toMatch(/^<!DOCTYPE/)
    expect(await read('truncated_json', true)).toMatch(/[^\n]$/)
    const half = await read('truncated_json', false)
    expect(() => JSON.parse(half)).toThrow(SyntaxError)
  })

  test('an unknown option is refused', async () => {
    const setup = await start()
    const answer = await post(setup, { ...setup.body({}), sim: { fial: 'rubbish' } })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('fial')
  })
})

describe('control', () => {
  test('holds an answer before its head until it is released', async () => {
    const setup = await start()
    const reading = collect(setup, { wait_for: 'gate' })
    await setup.simulator.arrived('gate')
    expect(setup.simulator.requests[0]?.status).toBeUndefined()
    setup.simulator.release('gate')
    expect((await reading).text).not.toBe('')
    await setup.simulator.waitForFinish(0)
  })

  test('holds an answer in its middle, and knows at once that the client left', async () => {
    const setup = await start()
    const leaving = new AbortController()
    const body = { ...setup.body({ wait_for: 'gate', wait_after: 2 }), stream: true }
    const answer = await post(setup, body, leaving.signal)
    await setup.simulator.arrived('gate')
    expect(setup.simulator.lastAnswer(0).toString().match(/data:/g)).toHaveLength(2)
    leaving.abort()
    await setup.simulator.waitForAbort(0)
    await expect(answer.text()).rejects.toThrow()
    expect(setup.simulator.requests[0]).toMatchObject({ aborted: true, finishedAt: undefined })
    expect(setup.simulator.bill.entries).toEqual([])
  })

  test('a test can lay a script over all requests or the next', async () => {
    const { simulator, client, body } = await start()
    simulator.next({ status: 503 }, { text: 'second' })
    await expect(client.chat.completions.create(body({}))).rejects.toMatchObject({ status: 503 })
    const answer = await client.chat.completions.create(body({ text: 'first' }))
    expect(answer.choices[0]?.message.content).toBe('second')
    simulator.always({ usage: false })
    expect((await client.chat.completions.create(body({}))).usage).toBeUndefined()
  })

  test('records the exact bytes of a request', async () => {
    const { simulator } = await start()
    const sent = ' {"model" :"m", "messages":[],  "sim":{"words":1},"é":"\\u00e9"}\n'
    const headers = { authorization: `Bearer ${simulator.key}`, 'X-Own': 'a' }
    await (
      await fetch(`${simulator.url}/chat/completions?x=1`, { method: 'POST', headers, body: sent })
    ).text()
    const [request] = simulator.requests
    expect(request?.bodyBytes.toString()).toBe(sent)
    expect(request).toMatchObject({ path: '/v1/chat/completions?x=1', headers: { 'x-own': 'a' } })
    expect(request?.body).toMatchObject({ é: 'é' })
  })

  test('a slow reader slows it', async () => {
    const setup = await start()
    const answer = await post(setup, { ...setup.body({ words: 100_000 }), stream: true })
    await answer.body?.getReader().read()
    const sent = setup.simulator.lastAnswer(0).length
    expect(setup.simulator.openRequests()).toBe(1)
    expect(sent).toBeLessThan(20_000_000)
  })

  test('serves 400 requests at a time', async () => {
    const setup = await start()
    const sim: Script = { words: 20, wait_for: 'all' }
    const reading = Array.from({ length: 400 }, () =>
      post(setup, { ...setup.body(sim), stream: true }).then((answer) => answer.text()),
    )
    await setup.simulator.arrived('all', 400)
    setup.simulator.release('all')
    const texts = await Promise.all(reading)
    expect(texts.every((text) => text.endsWith('data: [DONE]\n\n'))).toBe(true)
  })
})
