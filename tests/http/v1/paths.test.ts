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

  test('/health answers anyone', async () => {
    const answer = await fetch(`${world().gateway.url}/health`)
    expect(await answer.json()).toEqual({ status: 'ok' })
  })
})
