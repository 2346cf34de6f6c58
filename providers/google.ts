import { defineProvider, keyHeader } from '../src/core/provider.ts'
import { geminiOperatorErrors } from '../src/dialects/gemini/errors.ts'

/**
 * The Gemini Developer API. A wrong key is a 400 there. Its OpenAI-compatible layer is left alone: it leaves what a model thinks out
 * of its counts of output, and words errors in a way of its own.
 */
export const google = defineProvider({
  id: 'google',
  name: 'Google Gemini',
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  auth: keyHeader('x-goog-api-key', 'GEMINI_API_KEY'),
  speaks: { chat: ['gemini'] },
  quirks: { operatorErrors: geminiOperatorErrors },
})
