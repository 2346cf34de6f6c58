import { expect, test } from 'vitest'
import { describeHosts } from '../../support/world.ts'

const body = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'What is a weir?' }] }] })

describeHosts('a key in the address', (world) => {
  const at = (path: string) => world().gateway.url + path
  const post = (path: string, headers = {}) => fetch(at(path), { method: 'POST', headers, body })

  test.each([
    '/v1beta/models/acme-chat:generateContent',
    '/v1/models/acme-chat:generateContent',
    '/v1beta/models/acme-chat:streamGenerateContent',
    '/v1beta/models/acme-chat:countTokens',
  ])('is taken from Google’s clients at %s, and goes no further', async (path) => {
    const tenant = await world().tenant()
    const answer = await post(`${path}?alt=${path.includes(':stream') ? 'sse' : 'json'}&key=${tenant.key}`)
    const text = await answer.text()
    expect(answer.status, text).toBe(200)
    await tenant.settled(1)
    const sent = world().simulators.acme.requests
    expect(JSON.stringify([sent, text, [...answer.headers]])).not.toContain(tenant.key)
    expect(world().gateway.output()).not.toContain(tenant.key)
  })

  test('lists Google’s models, too', async () => {
    const { key } = await world().tenant()
    for (const path of ['/v1beta/models', '/v1beta/models/acme-chat'])
      expect((await fetch(at(`${path}?key=${key}`))).status).toBe(200)
  })

  test('is not read where a header has one, or at other addresses', async () => {
    const { key } = await world().tenant()
    const path = `/v1beta/models/acme-chat:generateContent?key=${key}`
    const others = [
      { 'x-goog-api-key': 'wr_other' },
      { authorization: 'Bearer wr_other' },
      { authorization: 'Basic eDp5' },
      { 'x-api-key': '' },
    ]
    for (const headers of others) expect((await post(path, headers)).status).toBe(401)
    expect((await post(`/v1beta/models/acme-chat:generateContent?key=wr_other`)).status).toBe(401)
    for (const address of ['/v1/chat/completions', '/v1/messages', '/v1/responses'])
      expect((await post(`${address}?key=${key}`)).status).toBe(401)
    for (const address of ['/v1/models', '/v1/key', '/v1/models/acme-chat', '/admin/v1/keys'])
      expect((await fetch(at(`${address}?key=${key}`))).status).toBe(401)
  })
})
