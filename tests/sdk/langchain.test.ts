import { ChatAnthropic } from '@langchain/anthropic'
import { ChatOpenAI } from '@langchain/openai'
import { describe, expect, test } from 'vitest'
import { expectBoth, testFlows, toolLoop, weather, weatherOf } from './flows.ts'

testFlows('LangChain', (flows) => {
  const openai = (upstream: 'anthropic' | 'gemini') =>
    new ChatOpenAI({
      model: flows().model(upstream, 'openai-chat'),
      apiKey: flows().key,
      configuration: { baseURL: `${flows().url}/v1` },
      maxRetries: 0,
    })
  const anthropic = (upstream: 'chat' | 'responses') =>
    new ChatAnthropic({
      model: flows().model(upstream, 'anthropic-messages'),
      apiKey: flows().key,
      anthropicApiUrl: flows().url,
      maxTokens: 500,
      maxRetries: 0,
    })

  describe.each([
    ['@langchain/openai', 'anthropic', () => openai('anthropic')],
    ['@langchain/openai', 'gemini', () => openai('gemini')],
    ['@langchain/anthropic', 'chat', () => anthropic('chat')],
    ['@langchain/anthropic', 'responses', () => anthropic('responses')],
  ] as const)('%s at %s', (_, upstream, make) => {
    test('answers, and streams', async () => {
      flows().next(upstream, { text: 'A weir is a low dam. 🌊' }, { text: 'It is, still.' })
      const answer = await make().invoke('What is a weir?')
      expect(answer.text).toBe('A weir is a low dam. 🌊')
      let streamed = ''
      for await (const chunk of await make().stream('And now?')) streamed += chunk.text
      expect(streamed).toBe('It is, still.')
    })

    test('calls tools', async () => {
      flows().next(upstream, ...toolLoop.slice(0, 1))
      const { name, description, parameters } = weather
      const tools = [{ type: 'function' as const, function: { name, description, parameters } }]
      const answer = await make().bindTools(tools).invoke('How is the weather?')
      const asked: string[] = []
      for (const { args } of answer.tool_calls ?? []) weatherOf(asked)(args as { city: string })
      expectBoth(asked)
    })
  })
})
