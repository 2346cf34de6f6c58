import { defineProvider, keyHeader } from '../src/core/provider.ts'

/** The Gemini Developer API. A wrong key is a 400 there. */
export const google = defineProvider({
  id: 'google',
  name: 'Google Gemini',
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  auth: keyHeader('x-goog-api-key', 'GEMINI_API_KEY'),
  speaks: { chat: ['gemini', { dialect: 'openai-chat', prefix: '/openai' }] },
  quirks: { operatorErrors: ['API_KEY_INVALID', 'FAILED_PRECONDITION', 'PERMISSION_DENIED'] },
})
