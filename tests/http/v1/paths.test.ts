import { expect, test } from 'vitest'
import { expectFreeOfCharge, readRefusal } from '../../support/refusals.ts'
import { chat } from '../../support/tenant.ts'
import { describeHosts } from '../../support/world.ts'

describeHosts('a path', (world) => {
  test.each([
    ['GET', '/'],
    ['GET', '/v1'],
    ['POST', '/v1/chat/completion'],
    ['POST', '/v1/chat/completions/'],
    ['POST', '/v1//chat/completions'],
    ['POST', '/V1/chat/completions'],
    ['POST', '/chat/completions'],
    ['GET', '/v1/requests'],
    ['GET', '/v1/chat/completions'],
    ['PUT', '/v1/chat/completions'],
    ['POST', '/v1/models'],
    ['DELETE', '/v1/models/acme-chat'],
    ['DELETE', '/v1/requests/req_x'],
    ['GET', '/..%2f..%2fetc/passwd'],
    ['GET', '/%zz'],
  ])('%s %s leads nowhere', async (method, path) => {
    const tenant = await world().tenant()
    await expectFreeOfCharge(world(), tenant, async () => {
      const body = method === 'POST' || method === 'PUT' ? { body: JSON.stringify(chat()) } : {}
      const headers = { authorization: `Bearer ${tenant.key}` }
      const answer = await fetch(world().gateway.url + path, { method, headers, ...body })
      expect(await readRefusal(answer)).toMatchObject({ status: 404, code: 'not_found' })
    })
  })

  test.each<[string, string, Record<string, string>?]>([
    ['POST', '/v1/messages/batches'],
    ['GET', '/v1/messages'],
    ['GET', '/v1/files', { 'anthropic-version': '2023-06-01' }],
  ])('%s %s leads nowhere, in Anthropic’s words', async (method, path, headers?: Record<string, string>) => {
    const answer = await fetch(world().gateway.url + path, { method, ...(headers && { headers }) })
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({
      type: 'error',
      error: { type: 'not_found_error', message: expect.any(String) },
    })
  })

  test.each<[string, string, Record<string, string>?]>([
    ['POST', '/v1beta/models/acme-chat:embedContent'],
    ['POST', '/v1/models/acme-chat:embedContent'],
    ['POST', '/v1beta/cachedContents'],
    ['GET', '/v1beta'],
    ['DELETE', '/v1beta/files/x'],
    ['GET', '/v1/files', { 'x-goog-api-key': 'x' }],
  ])('%s %s leads nowhere, in Google’s words', async (method, path, headers?: Record<string, string>) => {
    const answer = await fetch(world().gateway.url + path, { method, ...(headers && { headers }) })
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({
      error: { code: 404, status: 'NOT_FOUND', message: expect.any(String) },
    })
  })

  test('/health answers anyone', async () => {
    const answer = await fetch(`${world().gateway.url}/health`)
    expect(await answer.json()).toEqual({ status: 'ok' })
  })
})
