import { expect, test } from 'vitest'
import type { Provider } from '../../../src/core/provider.ts'
import { secret, type ProviderFixture } from '../../fixtures/fixture.ts'
import { askings } from './asking.ts'
import { gatewayTo, offerOf } from './gateway.ts'

const credentials = ['authorization', 'x-api-key', 'x-goog-api-key', 'api-key']

/** What the caller sends that no provider may learn. */
const callers = {
  cookie: 'session=1',
  'openai-organization': 'org-caller',
  'x-api-key': 'key-caller',
  'x-goog-api-key': 'key-caller',
  'api-key': 'key-caller',
  'x-amz-security-token': 'key-caller',
  'x-forwarded-for': '192.0.2.7',
}

/** What goes up, and where to. */
export function testRequests(provider: Provider, fixture: ProviderFixture): void {
  const { dialect, operator } = fixture
  const replies = [{ status: 200, headers: fixture.answerHeaders, body: fixture.answer }]
  const gateway = () => gatewayTo({ provider, operator, dialect }, { replies })
  const { upstream, maxOutputTokens } = offerOf(provider, dialect)
  const { question, prefixed, caps, capUp, byAddress } = askings[dialect]
  const { sentUp = { with: {}, without: [] } } = fixture

  test('is asked with the operator’s credential, and never learns the caller’s', async () => {
    const { ask, callerWith, key, wires } = await gateway()
    await ask({}, callerWith(callers))
    const { url, headers = {} } = wires[0]?.request ?? {}
    expect(url).toBe(fixture.url(upstream, false))
    expect(headers).toMatchObject(operator.credential)
    for (const name of credentials) if (!(name in operator.credential)) expect(headers[name]).toBeUndefined()
    expect(`${url}${JSON.stringify(headers)}`).not.toMatch(
      new RegExp(`${key}|session=1|org-caller|key-caller|192[.]0`),
    )
    expect(url).not.toContain(secret)
  })

  test('is asked for a stream at the address for streams', async () => {
    const { ask, wires } = await gateway()
    await ask({ stream: true })
    expect(wires[0]?.request.url).toBe(fixture.url(upstream, true))
  })

  test('is asked for its own model, with the caller’s words and the org in front of its users', async () => {
    const { ask, request } = await gateway()
    const more = { temperature: 0.5, unknown_field: { a: [1] } }
    await ask({ more })
    const model = byAddress || sentUp.without.includes('model') ? {} : { model: upstream }
    expect(request()).toMatchObject({ ...question, ...more, ...prefixed, ...model, ...sentUp.with })
  })

  test('is told nothing in its body that stands in the address', async () => {
    const { ask, request } = await gateway()
    await ask({ stream: true })
    expect(sentUp.without.filter((name) => name in request())).toEqual([])
  })

  test.each(caps(77))('gets a cap of %o where it obeys it', async (more) => {
    const { ask, request } = await gateway()
    await ask({ more })
    if (dialect !== 'openai-chat') return expect(request()).toMatchObject(more)
    const obeyed = provider.quirks.maxTokensFields.filter((field) => request()[field] === 77)
    expect(obeyed).toHaveLength(1)
    expect(['max_tokens', 'max_completion_tokens'].filter((field) => field in request())).toEqual(obeyed)
  })

  test('gets a cap that the hold covers, where the caller names none (as it must to Claude)', async () => {
    const { ask, request, rows } = await gateway()
    await ask()
    const asked = dialect === 'anthropic-messages' ? 500 : maxOutputTokens
    expect(request()).toMatchObject(capUp(asked, provider.quirks))
    expect((await rows())[0]?.hold.outputTokens).toBe(asked)
  })
}
