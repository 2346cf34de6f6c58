import { describe, expect, test } from 'vitest'
import { newKey } from '../../src/core/keys.ts'
import { hashKey } from '../../src/ledger/key-hash.ts'
import { hosts } from '../support/hosts.ts'
import { startCall } from '../support/leaving.ts'
import { chat } from '../support/tenant.ts'
import { models, providerNames, startWorld } from '../support/world.ts'

/** At the noisiest level, through every way a call can go, no secret is in any line of the log. */

const prompt = 'prompt-canary-7351'
const said = 'answer-canary-9042'
const faults = [
  'before_head',
  'reset_mid_stream',
  'html_200',
  'rubbish',
  'truncated_json',
  'wrong_content_length',
  'error_event_mid_stream',
] as const

describe.each(hosts)('the log ($host)', (host) => {
  test('holds no key, no prompt, no answer and no word of a provider', async () => {
    const world = await startWorld(host, { LOG_LEVEL: 'debug' })
    const tenant = await world.tenant({ keyLimits: [{ metric: 'requests', per: 'lifetime', amount: 500 }] })
    const messages = [{ role: 'user', content: prompt }]
    const send = async (body: object | string, headers: Record<string, string> = {}) => {
      await (
        await tenant.post(body, {
          headers: { 'x-weir-tags': `secret=${prompt}`, cookie: prompt, ...headers },
        })
      )
        .text()
        .catch(() => '')
    }
    const wrong = newKey(tenant.org)
    for (const stream of [true, false]) {
      for (const provider of providerNames)
        await send({ ...chat({ text: said }), model: models[provider], messages, stream, user: prompt })
      for (const fail of faults) await send({ ...chat({ text: said, fail }), messages, stream })
      for (const status of [400, 401, 403, 404, 429, 500])
        await send({ ...chat({ status, error_body: `{"error":{"message":"${said}"}}` }), messages, stream })
    }
    await send(`{"model":"${prompt}","messages":[`)
    await send(`{"model":"${prompt}\n\n${prompt}","messages":[]}`)
    await send({ model: prompt, messages })
    await send({ ...chat(), messages, stream: prompt })
    await send({ ...chat(), messages, [prompt]: 1, store: true })
    await send(chat(), { authorization: `Bearer ${wrong}` })
    await send(chat(), { authorization: `Bearer ${prompt}` })
    await tenant.get(`/v1/models/${prompt}%zz`)
    await tenant.get(`/v1/requests/${prompt}`)
    await tenant.get(`/${prompt}?key=${tenant.key}`)
    await tenant.admin('POST', '/keys', { name: prompt, [tenant.key]: prompt })
    await tenant.admin('GET', `/keys/${tenant.key}`)
    const { acme } = world.simulators
    const leaving = startCall(world.gateway, tenant.key, {
      body: { ...chat({ text: said, wait_for: 'log', wait_after: 2 }), messages, stream: true },
    })
    await acme.arrived('log')
    leaving.leave()
    await expect.poll(() => tenant.held(), { timeout: 10_000 }).toBe(0)
    await world.stop()
    const log = world.gateway.output()
    expect(log.match(/provider-failed|provider-refused|stream-broken/g)?.length).toBeGreaterThan(10)
    const operator = Object.values(world.simulators).map(({ key }) => key)
    const secrets = [
      prompt,
      said,
      tenant.key,
      wrong,
      hashKey(tenant.key),
      hashKey(wrong),
      world.gateway.adminKey,
      ...operator,
    ]
    for (const secret of secrets) expect(log.includes(secret) ? `${secret} is in the log` : '').toBe('')
    for (const word of ['operator', 'Bearer', 'authorization']) expect(log).not.toContain(word)
  }, 40_000)
})
