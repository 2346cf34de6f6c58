import { defineProvider, keyHeader } from '../src/core/provider.ts'

/** A resource on Azure, by its v1 API. A model's name there is that of the operator's deployment. */
export const azureOpenai = defineProvider({
  id: 'azure-openai',
  name: 'Azure OpenAI',
  baseUrl: 'https://resource.openai.azure.com/openai/v1',
  locate: ({ AZURE_OPENAI_ENDPOINT: endpoint }) =>
    typeof endpoint === 'string' && endpoint !== '' ? `${endpoint.replace(/\/+$/, '')}/openai/v1` : undefined,
  auth: keyHeader('api-key', 'AZURE_OPENAI_API_KEY'),
  speaks: { chat: ['openai-chat', 'openai-responses'] },
  quirks: { operatorErrors: ['insufficient_quota', 'DeploymentNotFound', 'AccessDenied', '401'] },
})
