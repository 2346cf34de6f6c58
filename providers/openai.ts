import { bearer, defineProvider } from '../src/core/provider.ts'

export const openai = defineProvider({
  id: 'openai',
  name: 'OpenAI',
  baseUrl: 'https://api.openai.com/v1',
  auth: bearer('OPENAI_API_KEY'),
  speaks: { chat: ['openai-chat', 'openai-responses'] },
})
