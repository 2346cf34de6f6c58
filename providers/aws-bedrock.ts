import { defineProvider, type Authorize } from '../src/core/provider.ts'
import type { Exchange } from '../src/core/transport.ts'
import { AnthropicFrames } from '../src/dialects/bedrock-converse/anthropic-frames.ts'
import { awsSigner } from '../src/upstream/auth/sigv4.ts'
import { forClaudeHost, type ClaudeHost } from './claude-elsewhere.ts'

type Environment = Readonly<Record<string, unknown>>

const standardRegion = 'us-east-1'

const claude: ClaudeHost = {
  version: 'bedrock-2023-05-31',
  without: ['model', 'stream'],
  betasInBody: true,
}

/** Amazon Bedrock: all models by Converse, and Claude as Anthropic speaks, too. */
export const awsBedrock = defineProvider({
  id: 'aws-bedrock',
  name: 'Amazon Bedrock',
  baseUrl: `https://bedrock-runtime.${standardRegion}.amazonaws.com`,
  baseUrlEnv: 'AWS_BEDROCK_BASE_URL',
  locate: (environment) => `https://bedrock-runtime.${regionOf(environment)}.amazonaws.com`,
  auth: {
    kind: 'signed',
    envs: ['AWS_BEARER_TOKEN_BEDROCK', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
    configure: authorizeBy,
  },
  speaks: {
    chat: [
      'bedrock-converse',
      {
        dialect: 'anthropic-messages',
        models: ['*anthropic.claude*'],
        path: claudePath,
        edit: (request) => forClaudeHost(request, claude),
        receive: receiveClaude,
      },
    ],
  },
  quirks: {
    operatorErrors: ['AccessDeniedException', 'UnrecognizedClientException', 'ServiceQuotaExceededException'],
  },
})

function regionOf(environment: Environment): string {
  const region = textOf(environment, 'AWS_REGION') ?? textOf(environment, 'AWS_DEFAULT_REGION')
  // It becomes a part of a host's name.
  return region !== undefined && /^[a-z0-9-]{1,30}$/.test(region) ? region : standardRegion
}

function textOf(environment: Environment, name: string): string | undefined {
  const value = environment[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** By a Bedrock API key where there is one, else by signatures. */
function authorizeBy(environment: Environment): Authorize | undefined {
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
    region: regionOf(environment),
    service: 'bedrock',
  })
}

function claudePath({ model, stream }: { readonly model: string; readonly stream: boolean }): string {
  return `/model/${encodeURIComponent(model)}/${stream ? 'invoke-with-response-stream' : 'invoke'}`
}

const framed = 'application/vnd.amazon.eventstream'

/** Makes Bedrock's frames what Anthropic would have sent. */
function receiveClaude(exchange: Exchange): Exchange {
  let frames: AnthropicFrames | undefined
  const head = exchange.head.then((head) => {
    if (!head.headers['content-type']?.startsWith(framed)) return head
    frames = new AnthropicFrames()
    return { ...head, headers: { ...head.headers, 'content-type': 'text/event-stream' } }
  })
  // Whoever aborts before asking for the head has lost interest in it.
  head.catch(() => {})
  return {
    head,
    async read() {
      const bytes = await exchange.read()
      if (!frames) return bytes
      if (bytes) return frames.push(bytes)
      const rest = frames.rest()
      frames = undefined
      return rest.length > 0 ? rest : undefined
    },
    abort: (reason) => exchange.abort(reason),
  }
}
