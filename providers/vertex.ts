import { defineProvider, type Authorize } from '../src/core/provider.ts'
import type { Transport } from '../src/core/transport.ts'
import { googleToken } from '../src/upstream/auth/google-service-account.ts'
import { forClaudeHost, type ClaudeHost } from './claude-elsewhere.ts'

type Environment = Readonly<Record<string, unknown>>

const claude: ClaudeHost = { version: 'vertex-2023-10-16', without: ['model'], betasInBody: false }

/** Google Cloud's Vertex AI, by a service account: Gemini, and Claude as Anthropic speaks. */
export const vertex = defineProvider({
  id: 'vertex',
  name: 'Google Vertex AI',
  baseUrl: 'https://aiplatform.googleapis.com/v1/projects/project/locations/global',
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
      },
    ],
  },
  quirks: { operatorErrors: ['PERMISSION_DENIED', 'FAILED_PRECONDITION', 'UNAUTHENTICATED'] },
})

/** A name of a project or a place: it becomes a part of the address. */
function nameOf(environment: Environment, name: string): string | undefined {
  const value = environment[name]
  return typeof value === 'string' && /^[a-z0-9:.-]{1,100}$/.test(value) ? value : undefined
}

const multiRegions: ReadonlySet<string> = new Set(['eu', 'us'])

function locate(environment: Environment): string | undefined {
  const project = nameOf(environment, 'GOOGLE_CLOUD_PROJECT')
  const location = nameOf(environment, 'GOOGLE_CLOUD_LOCATION') ?? 'global'
  if (project === undefined) return undefined
  return `https://${hostAt(location)}/v1/projects/${project}/locations/${location}`
}

function hostAt(location: string): string {
  if (location === 'global') return 'aiplatform.googleapis.com'
  if (multiRegions.has(location)) return `aiplatform.${location}.rep.googleapis.com`
  return `${location}-aiplatform.googleapis.com`
}

/** The key of a service account, as the JSON that Google Cloud gives out. */
function authorizeBy(
  { GOOGLE_APPLICATION_CREDENTIALS_JSON: json }: Environment,
  send: Transport,
): Authorize | undefined {
  if (typeof json !== 'string' || json === '') return undefined
  const token = googleToken({ serviceAccountJson: json, now: Date.now, send })
  return async (request) => ({
    ...request,
    headers: { ...request.headers, authorization: `Bearer ${await token()}` },
  })
}

function claudePath({ model, stream }: { readonly model: string; readonly stream: boolean }): string {
  return `/publishers/anthropic/models/${encodeURIComponent(model)}:${stream ? 'streamRawPredict' : 'rawPredict'}`
}
