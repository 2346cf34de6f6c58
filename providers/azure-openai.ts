import { defineProvider, keyHeader, type Location } from '../src/core/provider.ts'

/** A resource on Azure, by its v1 API. A model's name there is that of the operator's deployment. */
export const azureOpenai = defineProvider({
  id: 'azure-openai',
  name: 'Azure OpenAI',
  baseUrl: 'https://resource.openai.azure.com/openai/v1',
  locate,
  auth: keyHeader('api-key', 'AZURE_OPENAI_API_KEY'),
  speaks: { chat: ['openai-chat', 'openai-responses'] },
  quirks: { operatorErrors: ['insufficient_quota', 'DeploymentNotFound', 'AccessDenied', '401'] },
})

/** By the resource's endpoint, as the portal shows it, or with more of the API's address behind it. */
function locate({
  AZURE_OPENAI_ENDPOINT: endpoint,
}: Readonly<Record<string, unknown>>): Location | undefined {
  if (typeof endpoint !== 'string' || endpoint === '') return undefined
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol))
    throw new Error('AZURE_OPENAI_ENDPOINT is not an http(s) address.')
  const { origin, pathname } = new URL(endpoint)
  const base = pathname.replace(/\/+$/, '').replace(/\/openai(\/v1)?$/, '')
  return { baseUrl: `${origin}${base}/openai/v1` }
}
