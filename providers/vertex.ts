import { defineProvider, type Authorize, type Location } from '../src/core/provider.ts'
import type { Transport, UpstreamHead } from '../src/core/transport.ts'
import { accountErrors } from '../src/dialects/anthropic-messages/errors.ts'
import { isFields, parseJson } from '../src/dialects/fields.ts'
import { geminiOperatorErrors, readError } from '../src/dialects/gemini/errors.ts'
import { googleToken } from '../src/upstream/auth/google-service-account.ts'
import { claudeError, forClaudeHost, type ClaudeHost } from './claude-elsewhere.ts'
import { rewordErrors } from './reworded-errors.ts'

type Environment = Readonly<Record<string, unknown>>

const claude: ClaudeHost = { version: 'vertex-2023-10-16', without: ['model'], betasInBody: false }

/**
 * Google Cloud's Vertex AI, by a service account: Gemini, and Claude as Anthropic speaks. Only by the global endpoint, whose prices
 * the catalogue has: elsewhere Claude costs a tenth more.
 */
export const vertex = defineProvider({
  id: 'vertex',
  name: 'Google Vertex AI',
  baseUrl: addressOf('project'),
  baseUrlEnv: 'VERTEX_BASE_URL',
  locate,
  auth: { kind: 'signed', envs: ['GOOGLE_APPLICATION_CREDENTIALS_JSON'], configure: authorizeBy },
  speaks: {
    chat: [
      { dialect: 'gemini', models: ['gemini-*'], prefix: '/publishers/google' },
      {
        dialect: 'anthropic-messages',
        models: ['claude-*'],
        path: claudePath,
        edit: (request) => forClaudeHost(request, claude),
        receive: (exchange) => rewordErrors(exchange, claudeErrorOf),
      },
    ],
  },
  quirks: { operatorErrors: [...geminiOperatorErrors, ...accountErrors] },
})

function addressOf(project: string): string {
  return `https://aiplatform.googleapis.com/v1/projects/${project}/locations/global`
}

function locate(environment: Environment): Location | undefined {
  const { GOOGLE_CLOUD_PROJECT: project } = environment
  const isNamed = typeof project === 'string' && projectName.test(project)
  return isNamed && isGlobal(environment) ? { baseUrl: addressOf(project) } : undefined
}

/** It becomes a part of the address. Some have the name of a domain in front. */
const projectName = /^([a-z0-9][a-z0-9.-]{0,60}:)?[a-z0-9]([a-z0-9-]{0,60}[a-z0-9])?$/

function isGlobal({ GOOGLE_CLOUD_LOCATION: location }: Environment): boolean {
  return location === undefined || location === '' || location === 'global'
}

/** The key of a service account, as the JSON that Google Cloud gives out. */
function authorizeBy(environment: Environment, send: Transport): Authorize | undefined {
  const { GOOGLE_APPLICATION_CREDENTIALS_JSON: json } = environment
  // Wherever its address was moved to, it would be at other prices.
  if (typeof json !== 'string' || json === '' || !isGlobal(environment)) return undefined
  const token = googleToken({ serviceAccountJson: json, now: Date.now, send })
  return async (request) => ({
    ...request,
    headers: { ...request.headers, authorization: `Bearer ${await token()}` },
  })
}

function claudePath({ model, stream }: { readonly model: string; readonly stream: boolean }): string {
  return `/publishers/anthropic/models/${encodeURIComponent(model)}:${stream ? 'streamRawPredict' : 'rawPredict'}`
}

/** What Google refuses before Claude sees it is in Google's words. */
function claudeErrorOf(body: Uint8Array, { status }: UpstreamHead): Uint8Array {
  const error = parseJson(body)
  if (isFields(error) && error['type'] === 'error') return body
  return claudeError(readError(body), { status, operatorErrors: geminiOperatorErrors })
}
