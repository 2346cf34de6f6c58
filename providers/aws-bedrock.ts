import { defineProvider, type Authorize, type Location } from '../src/core/provider.ts'
import type { Exchange, UpstreamHead } from '../src/core/transport.ts'
import { accountErrors } from '../src/dialects/anthropic-messages/errors.ts'
import { unframedExchange } from '../src/dialects/bedrock-converse/anthropic-frames.ts'
import { readError } from '../src/dialects/bedrock-converse/decode-answer.ts'
import { isFields, parseJson } from '../src/dialects/fields.ts'
import { awsSigner } from '../src/upstream/auth/sigv4.ts'
import { claudeError, forClaudeHost, type ClaudeHost } from './claude-elsewhere.ts'
import { rewordErrors } from './reworded-errors.ts'

type Environment = Readonly<Record<string, unknown>>

const standardRegion = 'us-east-1'

const claude: ClaudeHost = {
  version: 'bedrock-2023-05-31',
  without: ['model', 'stream'],
  betasInBody: true,
}

/** Some of these come as a 400. */
const operatorErrors = [
  'AccessDeniedException',
  'NotAuthorized',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'OptInRequired',
  'ServiceQuotaExceededException',
]

/** Amazon Bedrock: all models by Converse, and Claude as Anthropic speaks, too. */
export const awsBedrock = defineProvider({
  id: 'aws-bedrock',
  name: 'Amazon Bedrock',
  baseUrl: addressIn(standardRegion),
  baseUrlEnv: 'AWS_BEDROCK_BASE_URL',
  locate,
  auth: {
    kind: 'signed',
    envs: ['AWS_BEARER_TOKEN_BEDROCK', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
    configure: authorizeBy,
  },
  speaks: {
    chat: [
      {
        dialect: 'bedrock-converse',
        receive: (exchange) => rewordErrors(exchange, typedError),
      },
      {
        dialect: 'anthropic-messages',
        models: ['*anthropic.claude*'],
        path: claudePath,
        edit: (request) => forClaudeHost(request, claude),
        receive: (exchange: Exchange) => unframedExchange(rewordErrors(exchange, claudeErrorOf)),
      },
    ],
  },
  quirks: { operatorErrors: [...operatorErrors, ...accountErrors] },
})

function addressIn(region: string): string {
  return `https://bedrock-runtime.${region}.amazonaws.com`
}

function locate(environment: Environment): Location | undefined {
  const region = regionOf(environment)
  return region === undefined ? undefined : { baseUrl: addressIn(region), region }
}

/** Undefined where what is set is no region: it becomes a part of a host's name, and no other region is a substitute. */
function regionOf(environment: Environment): string | undefined {
  const region =
    textOf(environment, 'AWS_REGION') ?? textOf(environment, 'AWS_DEFAULT_REGION') ?? standardRegion
  return /^[a-z]{2,5}(-[a-z]{2,12}){1,2}-\d{1,2}$/.test(region) ? region : undefined
}

function textOf(environment: Environment, name: string): string | undefined {
  const value = environment[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** By a Bedrock API key where there is one, else by signatures. */
function authorizeBy(environment: Environment): Authorize | undefined {
  const region = regionOf(environment)
  if (region === undefined) return undefined
  const token = textOf(environment, 'AWS_BEARER_TOKEN_BEDROCK')
  if (token !== undefined)
    return async (request) => ({
      ...request,
      headers: { ...request.headers, authorization: `Bearer ${token}` },
    })
  const accessKeyId = textOf(environment, 'AWS_ACCESS_KEY_ID')
  const secretAccessKey = textOf(environment, 'AWS_SECRET_ACCESS_KEY')
  const sessionToken = textOf(environment, 'AWS_SESSION_TOKEN')
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined
  return awsSigner({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
    region,
    service: 'bedrock',
  })
}

function claudePath({ model, stream }: { readonly model: string; readonly stream: boolean }): string {
  return `/model/${encodeURIComponent(model)}/${stream ? 'invoke-with-response-stream' : 'invoke'}`
}

const encoder = new TextEncoder()

/** An error with its kind in its body: AWS names it in a header, which no dialect sees. */
function typedError(body: Uint8Array, { headers }: UpstreamHead): Uint8Array {
  const kind = headers['x-amzn-errortype']
  if (kind === undefined) return body
  const error = parseJson(body)
  return encoder.encode(JSON.stringify({ ...(isFields(error) && error), __type: kind }))
}

function claudeErrorOf(body: Uint8Array, head: UpstreamHead): Uint8Array {
  return claudeError(readError(typedError(body, head)), { status: head.status, operatorErrors })
}
