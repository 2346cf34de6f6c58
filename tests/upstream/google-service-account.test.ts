import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeProtectedHeader, importSPKI, jwtVerify } from 'jose'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Transport } from '../../src/core/transport.ts'
import { undiciTransport } from '../../src/platform/node/undici-transport.ts'
import { googleToken } from '../../src/upstream/auth/google-service-account.ts'
import { UpstreamError } from '../../src/upstream/deadlines.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})
const tokenUri = 'https://oauth2.googleapis.com/token'
const account = {
  type: 'service_account',
  client_email: 'weir@project.iam.gserviceaccount.com',
  private_key: privateKey,
  private_key_id: 'key1',
  token_uri: tokenUri,
}

let time = 0
beforeEach(() => {
  time = Date.UTC(2026, 5, 1)
})

/** A simulated token endpoint: it checks the assertion, and answers as it is told to. */
class TokenServer {
  readonly asked: URLSearchParams[] = []
  readonly urls: string[] = []
  answer: (response: ServerResponse) => void = (response) => this.grant(response)
  #send: Transport | undefined

  async start(): Promise<Transport> {
    const server = createServer((request, response) => void this.#serve(request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const transport = undiciTransport()
    onTestFinished(async () => {
      await transport.close()
      server.close()
    })
    // What is meant for Google goes to the simulation.
    this.#send = (request) => {
      this.urls.push(request.url)
      return transport({ ...request, url: `http://127.0.0.1:${port}/token` })
    }
    return this.#send
  }

  grant(response: ServerResponse, expiresIn: unknown = 3600): void {
    const token = `ya29.${this.asked.length}`
    const body = { access_token: token, expires_in: expiresIn, token_type: 'Bearer' }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const piece of request) body += String(piece)
    const form = new URLSearchParams(body)
    this.asked.push(form)
    const key = await importSPKI(publicKey, 'RS256')
    const options = { audience: tokenUri, issuer: account.client_email, currentDate: new Date(time) }
    const isGood = await jwtVerify(form.get('assertion') ?? '', key, options).then(
      ({ payload }) => payload['scope'] === 'https://www.googleapis.com/auth/cloud-platform',
      () => false,
    )
    if (isGood && request.method === 'POST') this.answer(response)
    else response.writeHead(400).end('{"error":"invalid_grant","error_description":"Invalid JWT Signature."}')
  }
}

async function start(json: object = account) {
  const server = new TokenServer()
  const send = await server.start()
  return { server, token: googleToken({ serviceAccountJson: JSON.stringify(json), now: () => time, send }) }
}

const failure = (message: string) =>
  expect.objectContaining({
    name: 'UpstreamError',
    sent: false,
    message: expect.stringContaining(message) as string,
  }) as Error

test('a token is had for a signed assertion', async () => {
  const { server, token } = await start()
  expect(await token()).toBe('ya29.1')
  expect(server.urls).toEqual([tokenUri])
  const [form] = server.asked
  expect(form?.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
  expect(decodeProtectedHeader(form?.get('assertion') ?? '')).toEqual({
    alg: 'RS256',
    typ: 'JWT',
    kid: 'key1',
  })
})

test('a key without an address of its own is good', async () => {
  const { token_uri: _, private_key_id: __, ...plain } = account
  const { server, token } = await start(plain)
  expect(await token()).toBe('ya29.1')
  expect(server.urls).toEqual([tokenUri])
})

test('a token is kept until five minutes before its end', async () => {
  const { server, token } = await start()
  await token()
  time += 3600_000 - 5 * 60_000 - 1
  expect(await token()).toBe('ya29.1')
  time += 1
  expect(await token()).toBe('ya29.2')
  expect(server.asked).toHaveLength(2)
})

test.each([undefined, 'soon', 200])('a token that ends in %s seconds is not kept', async (expiresIn) => {
  const { server, token } = await start()
  server.answer = (response) => server.grant(response, expiresIn ?? null)
  expect(await token()).toBe('ya29.1')
  expect(await token()).toBe('ya29.2')
})

test('callers that come together wait for one exchange', async () => {
  const { server, token } = await start()
  expect(await Promise.all([token(), token(), token()])).toEqual(['ya29.1', 'ya29.1', 'ya29.1'])
  expect(server.asked).toHaveLength(1)
})

describe('a failure', () => {
  test('is told to all that wait for it, and is not kept', async () => {
    const { server, token } = await start()
    server.answer = (response) => response.writeHead(503).end('{"error":"unavailable"}')
    const results = await Promise.allSettled([token(), token()])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(server.asked).toHaveLength(1)
    server.answer = (response) => server.grant(response)
    expect(await token()).toBe('ya29.2')
  })

  test.each([
    [400, '{"error":"invalid_grant","error_description":"Account not found"}', '(400, invalid_grant)'],
    [500, '<html>', '(500)'],
    [200, '{"id_token":"x"}', '(200)'],
    [200, 'null', '(200)'],
    [302, '{"access_token":"x"}', '(302)'],
  ])('%d %s is told by Google’s code alone', async (status, body, message) => {
    const { server, token } = await start()
    server.answer = (response) => response.writeHead(status, { location: 'https://evil.example' }).end(body)
    await expect(token()).rejects.toThrow(failure(message))
    expect(server.asked).toHaveLength(1)
  })

  test('is an answer that is too long', async () => {
    const { server, token } = await start()
    server.answer = (response) => response.writeHead(200).end('x'.repeat(100_000))
    await expect(token()).rejects.toThrow(failure('too much'))
  })

  test('of the connection has not reached the provider', async () => {
    const send: Transport = () => {
      const head = Promise.reject<never>(new UpstreamError('timed_out', 'The provider took too long in all.'))
      head.catch(() => {})
      return { head, read: () => head, abort: () => {} }
    }
    const token = googleToken({ serviceAccountJson: JSON.stringify(account), now: () => time, send })
    await expect(token()).rejects.toMatchObject({ reason: 'timed_out', sent: false })
  })

  test('is a key that cannot sign', async () => {
    const { server, token } = await start({ ...account, private_key: 'not a key' })
    await expect(token()).rejects.toThrow(failure('cannot sign'))
    expect(server.asked).toHaveLength(0)
  })

  test('is a signature of another key', async () => {
    const { privateKey: other } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    })
    const { token } = await start({ ...account, private_key: other })
    await expect(token()).rejects.toThrow(failure('invalid_grant'))
  })
})

describe('a key is refused', () => {
  test.each([
    ['https://evil.example/token'],
    ['http://oauth2.googleapis.com/token'],
    ['https://oauth2.googleapis.com/token/'],
    ['https://oauth2.googleapis.com.evil.example/token'],
    [''],
    [5],
  ])('that sends us to %s', (address) => {
    const serviceAccountJson = JSON.stringify({ ...account, token_uri: address })
    expect(() => googleToken({ serviceAccountJson, now: () => 0, send: undiciTransport() })).toThrow(
      'token_uri',
    )
  })

  test.each(['', 'not json', '[]', '{}', '{"client_email":"a"}', '{"private_key":"a"}', 'null'])(
    'that is none: %s',
    (serviceAccountJson) => {
      const make = () => googleToken({ serviceAccountJson, now: () => 0, send: undiciTransport() })
      expect(make).toThrow('client_email and private_key')
    },
  )
})
