import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { UpstreamRequest } from '../../src/core/transport.ts'
import { awsSigner } from '../../src/upstream/auth/sigv4.ts'

const now = () => Date.UTC(2015, 7, 30, 12, 36)
const example = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
}

describe('AWS’s own examples', () => {
  const signatureOf = async (request: Partial<UpstreamRequest>, sessionToken?: string) => {
    const sign = awsSigner({ ...example, service: 'service', ...(sessionToken && { sessionToken }) }, now)
    const signed = await sign({
      method: 'GET',
      url: 'https://example.amazonaws.com/',
      headers: {},
      ...request,
    })
    return signed.headers['authorization']
  }
  const scope = 'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request'

  test('get-vanilla', async () => {
    expect(await signatureOf({})).toBe(
      `${scope}, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31`,
    )
  })

  test('post-vanilla', async () => {
    expect(await signatureOf({ method: 'POST' })).toBe(
      `${scope}, SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b`,
    )
  })

  test('post-sts-header-before', async () => {
    const token =
      'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=='
    expect(await signatureOf({ method: 'POST' }, token)).toBe(
      `${scope}, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead`,
    )
  })
})

const hex = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const hmac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest()

interface Signing {
  readonly request: UpstreamRequest
  readonly credentials: typeof example & { readonly sessionToken?: string }
  readonly date: string
}

/** The signature as AWS's documentation has it, by other means. */
function expectedSignature({ request, credentials, date }: Signing): string {
  const { host, pathname } = new URL(request.url)
  const { sessionToken, region } = credentials
  const headers = [
    `host:${host}`,
    `x-amz-date:${date}`,
    ...(sessionToken ? [`x-amz-security-token:${sessionToken}`] : []),
  ]
  const names = headers.map((header) => header.split(':')[0]).join(';')
  // Every segment of the address is encoded once more.
  const path = pathname.split('/').map(encodeURIComponent).join('/')
  const bodyHash = hex(request.body ?? '')
  const canonical = ['POST', path, '', ...headers, '', names, bodyHash].join('\n')
  const scope = `${date.slice(0, 8)}/${region}/bedrock/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', date, scope, hex(canonical)].join('\n')
  const parts = [date.slice(0, 8), region, 'bedrock', 'aws4_request']
  const key = parts.reduce((key, part) => hmac(key, part), Buffer.from(`AWS4${credentials.secretAccessKey}`))
  const signature = hmac(key, toSign).toString('hex')
  const credential = `${credentials.accessKeyId}/${scope}`
  return `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`
}

describe('a call to Bedrock', () => {
  const model = 'arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-sonnet-4-5-v1:0'
  const request: UpstreamRequest = {
    method: 'POST',
    url: `https://bedrock-runtime.us-east-1.amazonaws.com/model/${encodeURIComponent(model)}/converse-stream`,
    headers: { 'content-type': 'application/json', accept: '*/*', traceparent: '00-1' },
    body: new Uint8Array(Buffer.from('{"messages":[{"role":"user","content":[{"text":"Zürich 🌊"}]}]}')),
  }
  const date = '20150830T123600Z'

  test('is signed over its exact bytes, and its path is encoded once more', async () => {
    const signed = await awsSigner({ ...example, service: 'bedrock' }, now)(request)
    expect(signed).toEqual({
      ...request,
      headers: {
        ...request.headers,
        'x-amz-date': date,
        authorization: expectedSignature({ request, credentials: example, date }),
      },
    })
    expect(signed.body).toBe(request.body)
  })

  test('is signed as documented, whatever is in it', async () => {
    const ids = fc.string({ unit: fc.constantFrom(...'abz019-_.~:/+%é '), minLength: 1, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(
        ids,
        fc.uint8Array(),
        fc.option(fc.base64String({ minLength: 4 })),
        async (id, body, token) => {
          const url = `https://bedrock.example/model/${encodeURIComponent(id)}/converse`
          const credentials = { ...example, region: 'eu-west-1', ...(token && { sessionToken: token }) }
          const signed = await awsSigner(
            { ...credentials, service: 'bedrock' },
            now,
          )({ ...request, url, body })
          const expected = expectedSignature({ request: { ...request, url, body }, credentials, date })
          expect(signed.headers['authorization']).toBe(expected)
          expect(signed.headers['x-amz-security-token']).toBe(token ?? undefined)
        },
      ),
    )
  })

  test('is signed anew on another day', async () => {
    let time = now()
    const sign = awsSigner({ ...example, service: 'bedrock' }, () => time)
    await sign(request)
    time += 86_400_000
    const { headers } = await sign(request)
    const next = expectedSignature({ request, credentials: example, date: '20150831T123600Z' })
    expect(headers['authorization']).toBe(next)
  })

  test('has no signature but the last', async () => {
    const sign = awsSigner({ ...example, service: 'bedrock' }, now)
    const again = await sign({
      ...request,
      headers: { ...request.headers, Authorization: 'x', 'X-Amz-Date': 'y' },
    })
    expect(Object.keys(again.headers)).toEqual([
      'content-type',
      'accept',
      'traceparent',
      'authorization',
      'x-amz-date',
    ])
    expect(again.headers['x-amz-date']).toBe(date)
    expect((await sign(again)).headers).toEqual(again.headers)
  })

  test('is dated by the clock where none is given', async () => {
    const before = Date.now() - 1000
    const { headers } = await awsSigner({ ...example, service: 'bedrock' })(request)
    const [, y, mo, d, h, mi, s] = /^(....)(..)(..)T(..)(..)(..)Z$/.exec(headers['x-amz-date'] ?? '') ?? []
    expect(Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`)).toBeGreaterThanOrEqual(before)
  })
})
