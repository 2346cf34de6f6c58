import { bearer, defineProvider } from '../src/core/provider.ts'

export const deepseek = defineProvider({
  id: 'deepseek',
  name: 'DeepSeek',
  baseUrl: 'https://api.deepseek.com',
  auth: bearer('DEEPSEEK_API_KEY'),
  speaks: { chat: ['openai-chat'] },
  // `user_id` separates caches and concurrency, so orgs must not meet there.
  quirks: {
    maxTokensFields: ['max_tokens'],
    tenantFields: ['user_id'],
    thoughtField: 'reasoning_content',
  },
})
