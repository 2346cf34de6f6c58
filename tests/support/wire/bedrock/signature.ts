import { createHash, createHmac } from 'node:crypto'
import { Refusal } from '../refusal.ts'
import type { Call } from '../vendor.ts'

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

interface Signature {
  readonly scope: string
  readonly signed: readonly string[]
  readonly signature: string
}

const form =
  /^AWS4-HMAC-SHA256 Credential=[^/]+\/(?<scope>[^,]+), ?SignedHeaders=(?<signed>[^,]+), ?Signature=(?<signature>[0-9a-f]{64})$/

function parse(authorization: string): Signature {
  const { scope = '', signed = '', signature = '' } = form.exec(authorization)?.groups ?? {}
  const isComplete = /^\d{8}\/[a-z0-9-]+\/bedrock\/aws4_request$/.test(scope) && /(^|;)host(;|$)/.test(signed)
  if (isComplete) return { scope, signed: signed.split(';'), signature }
  throw new Refusal(403, `Authorization header is malformed: ${authorization}`, {
    kind: 'IncompleteSignatureException',
  })
}

/** The path as it was sent, with each of its segments encoded once more. */
function canonicalPath(path: string): string {
  const encode = (text: string) =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
    )
  return path.split('/').map(encode).join('/')
}

function canonicalRequest({ request }: Call, { signed }: Signature): string {
  const [path = '', query = ''] = request.path.split('?')
  const headers = signed.map((name) => `${name}:${String(request.headers[name] ?? '').trim()}\n`)
  return [
    request.method,
    canonicalPath(path),
    query,
    headers.join(''),
    signed.join(';'),
    sha256(request.bytes),
  ].join('\n')
}

/** Checks a SigV4 signature: its form, and where the secret is known, that it is right. */
export function checkSignature(call: Call, authorization: string): void {
  const parsed = parse(authorization)
  const date = String(call.request.headers['x-amz-date'] ?? '')
  const [day = '', region = '', service = '', end = ''] = parsed.scope.split('/')
  if (!/^\d{8}T\d{6}Z$/.test(date) || !date.startsWith(day)) {
    throw new Refusal(
      403,
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
      {
        kind: 'IncompleteSignatureException',
      },
    )
  }
  const secret = call.options.secretAccessKey
  if (secret === undefined) return
  const text = ['AWS4-HMAC-SHA256', date, parsed.scope, sha256(canonicalRequest(call, parsed))].join('\n')
  const key = [day, region, service, end].reduce<string | Buffer>(
    (key, part) => hmac(key, part),
    `AWS4${secret}`,
  )
  if (hmac(key, text).toString('hex') === parsed.signature) return
  throw new Refusal(403, 'The request signature we calculated does not match the signature you provided.', {
    kind: 'InvalidSignatureException',
  })
}
