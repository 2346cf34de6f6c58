import { importPKCS8, SignJWT } from 'jose'
import type { Transport } from '../../core/transport.ts'
import { sendWithin, UpstreamError } from '../deadlines.ts'
import { readAll } from '../read-all.ts'

/** Where keys are exchanged for tokens. A key that names another place is refused: it would be told who signs in. */
const tokenUri = 'https://oauth2.googleapis.com/token'
const scope = 'https://www.googleapis.com/auth/cloud-platform'
const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

const assertionSeconds = 3600
/** A token is not used in the last minutes of its life: a long call may outlast it. */
const marginMs = 5 * 60_000
const deadlines = { firstByteSeconds: 10, idleSeconds: 10, totalSeconds: 20 }
const maxAnswerBytes = 64 * 1024

interface GoogleTokenOptions {
  /** A service account's key, as Google Cloud gives it out. */
  readonly serviceAccountJson: string
  /** Unix milliseconds. */
  readonly now: () => number
  readonly send: Transport
}

interface ServiceAccount {
  readonly clientEmail: string
  readonly privateKey: string
  readonly privateKeyId: string | undefined
}

interface Token {
  readonly value: string
  /** When it is not to be used any more, Unix milliseconds. */
  readonly staleAt: number
}

/**
 * Access tokens of a service account, each kept while it is good. Callers that come together wait for one exchange; one that failed
 * is tried again for the next. Throws at once where the key is none; the function throws UpstreamError where no token is to be had.
 */
export function googleToken(options: GoogleTokenOptions): () => Promise<string> {
  const account = readAccount(options.serviceAccountJson)
  let token: Token | undefined
  let exchange: Promise<Token> | undefined
  const renew = async () => {
    try {
      token = await exchangeKey(account, options)
      return token
    } finally {
      exchange = undefined
    }
  }
  return async () => {
    if (token && options.now() < token.staleAt) return token.value
    exchange ??= renew()
    return (await exchange).value
  }
}

function readAccount(json: string): ServiceAccount {
  const { client_email, private_key, private_key_id, token_uri } = parseObject(json)
  if (typeof client_email !== 'string' || typeof private_key !== 'string')
    throw new Error('The Google service account key is no JSON object with client_email and private_key.')
  if (token_uri !== undefined && token_uri !== tokenUri)
    throw new Error(`The Google service account key names another token_uri than ${tokenUri}.`)
  return {
    clientEmail: client_email,
    privateKey: private_key,
    privateKeyId: typeof private_key_id === 'string' ? private_key_id : undefined,
  }
}

/** Whatever goes wrong, the provider that the token is for has not seen the call. */
async function exchangeKey(account: ServiceAccount, { now, send }: GoogleTokenOptions): Promise<Token> {
  try {
    const askedAt = now()
    const answer = await ask(await signAssertion(account, Math.floor(askedAt / 1000)), send)
    return { value: answer.token, staleAt: askedAt + answer.lifeMs - marginMs }
  } catch (error) {
    if (error instanceof UpstreamError) throw new UpstreamError(error.reason, error.message, false)
    throw new UpstreamError('broken', 'The Google service account key cannot sign.', false)
  }
}

async function ask(assertion: string, send: Transport): Promise<{ token: string; lifeMs: number }> {
  const exchange = sendWithin(deadlines, send, {
    method: 'POST',
    url: tokenUri,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new TextEncoder().encode(new URLSearchParams({ grant_type: grant, assertion }).toString()),
  })
  const { status } = await exchange.head
  const answer = parseObject(new TextDecoder().decode(await readAll(exchange, maxAnswerBytes)))
  const { access_token: token, expires_in: lifeSeconds } = answer
  if (status !== 200 || typeof token !== 'string') throw refusal(status, answer)
  return { token, lifeMs: typeof lifeSeconds === 'number' ? lifeSeconds * 1000 : 0 }
}

async function signAssertion(account: ServiceAccount, issuedAt: number): Promise<string> {
  const key = await importPKCS8(account.privateKey, 'RS256')
  const header = { alg: 'RS256', typ: 'JWT', ...(account.privateKeyId && { kid: account.privateKeyId }) }
  return new SignJWT({ scope })
    .setProtectedHeader(header)
    .setIssuer(account.clientEmail)
    .setAudience(tokenUri)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + assertionSeconds)
    .sign(key)
}

/** Google's code for what is wrong, such as `invalid_grant`; nothing of the key. */
function refusal(status: number, { error }: Readonly<Record<string, unknown>>): UpstreamError {
  const code = typeof error === 'string' ? `, ${error.slice(0, 100)}` : ''
  return new UpstreamError('broken', `Google gave no access token (${status}${code}).`)
}

/** An empty object where the text is none. */
function parseObject(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}
