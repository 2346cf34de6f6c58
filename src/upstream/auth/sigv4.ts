import { AwsV4Signer } from 'aws4fetch'
import type { Authorize } from '../../core/provider.ts'
import type { UpstreamRequest } from '../../core/transport.ts'

export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Of credentials that expire. */
  readonly sessionToken?: string
  readonly region: string
  /** The name under which requests are signed: `bedrock`. */
  readonly service: string
}

/**
 * Signs requests with AWS's Signature Version 4. Nothing may be changed in them afterwards, neither a byte of the body nor of the
 * address. Of the headers only those of AWS's own are signed: what lies between here and AWS may change the others.
 * @param now Unix milliseconds
 */
export function awsSigner(credentials: AwsCredentials, now: () => number = Date.now): Authorize {
  // A signing key is good for a day.
  let keys = { day: '', cache: new Map<string, ArrayBuffer>() }
  return async (request) => {
    const datetime = new Date(now()).toISOString().replaceAll(/[:-]|\.\d{3}/g, '')
    const day = datetime.slice(0, 8)
    if (keys.day !== day) keys = { day, cache: new Map() }
    const signer = new AwsV4Signer({
      ...credentials,
      method: request.method,
      url: request.url,
      headers: awsHeaders(request.headers),
      ...(request.body && { body: request.body }),
      cache: keys.cache,
      datetime,
    })
    const { headers } = await signer.sign()
    return { ...request, headers: { ...withoutSigned(request.headers), ...Object.fromEntries(headers) } }
  }
}

function awsHeaders(headers: UpstreamRequest['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => /^x-amz-/i.test(name)))
}

/** Without those that the signer writes, in whatever case they are. */
function withoutSigned(headers: UpstreamRequest['headers']): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !/^(x-amz-|authorization$)/i.test(name))
  return Object.fromEntries(kept)
}
