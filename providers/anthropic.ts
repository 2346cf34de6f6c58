import { defineProvider, keyHeader } from '../src/core/provider.ts'
import { accountErrors } from '../src/dialects/anthropic-messages/errors.ts'

export const anthropic = defineProvider({
  id: 'anthropic',
  name: 'Anthropic',
  baseUrl: 'https://api.anthropic.com/v1',
  auth: keyHeader('x-api-key', 'ANTHROPIC_API_KEY'),
  speaks: { chat: ['anthropic-messages'] },
  quirks: { operatorErrors: accountErrors },
})
