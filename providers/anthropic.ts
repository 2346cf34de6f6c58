import { defineProvider, keyHeader } from '../src/core/provider.ts'

export const anthropic = defineProvider({
  id: 'anthropic',
  name: 'Anthropic',
  baseUrl: 'https://api.anthropic.com/v1',
  auth: keyHeader('x-api-key', 'ANTHROPIC_API_KEY'),
  speaks: { chat: ['anthropic-messages'] },
  quirks: { operatorErrors: ['authentication_error', 'billing_error', 'permission_error'] },
})
