import { bearer, defineProvider } from '../src/core/provider.ts'

/** Alibaba Cloud Model Studio (DashScope) in its OpenAI-compatible mode. Keys and prices belong to one region. */
export const alibaba = defineProvider({
  id: 'alibaba',
  name: 'Alibaba Cloud Model Studio',
  baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
  region: 'cn',
  regions: {
    intl: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
    us: 'https://dashscope-us.aliyuncs.com/compatible-mode/v1',
    hk: 'https://cn-hongkong.dashscope.aliyuncs.com/compatible-mode/v1',
  },
  auth: bearer('DASHSCOPE_API_KEY'),
  speaks: { chat: ['openai-chat'] },
  // Web search is billed by the search.
  quirks: {
    maxTokensFields: ['max_tokens'],
    refusedFields: ['enable_search', 'search_options'],
    thoughtField: 'reasoning_content',
    operatorErrors: [
      'Arrearage',
      'PrepaidBillOverdue',
      'PostpaidBillOverdue',
      'CommodityNotPurchased',
      'BudgetLimitExceeded',
      'InvalidApiKey',
      'invalid_api_key',
    ],
  },
})
