import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogleGenerativeAI } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { generateText, jsonSchema, Output, stepCountIs, streamText, tool } from 'ai'
import { describe, expect, test } from 'vitest'
import { expectBoth, testFlows, toolLoop, toolLoopText, weather, weatherOf, type Flows } from './flows.ts'

const schema = jsonSchema<{ answer: string }>({
  type: 'object',
  properties: { answer: { type: 'string' } },
  required: ['answer'],
  additionalProperties: false,
})

testFlows('the AI SDK', (flows) => {
  const openai = ({ url, key }: Flows) => createOpenAI({ baseURL: `${url}/v1`, apiKey: key })
  const anthropic = ({ url, key }: Flows) => createAnthropic({ baseURL: `${url}/v1`, apiKey: key })
  const google = ({ url, key }: Flows) => createGoogleGenerativeAI({ baseURL: `${url}/v1beta`, apiKey: key })

  describe.each([
    [
      '@ai-sdk/openai, responses',
      'anthropic',
      () => openai(flows())(flows().model('anthropic', 'openai-responses')),
    ],
    ['@ai-sdk/openai, chat', 'gemini', () => openai(flows()).chat(flows().model('gemini', 'openai-chat'))],
    [
      '@ai-sdk/anthropic',
      'responses',
      () => anthropic(flows())(flows().model('responses', 'anthropic-messages')),
    ],
    ['@ai-sdk/anthropic', 'chat', () => anthropic(flows())(flows().model('chat', 'anthropic-messages'))],
    ['@ai-sdk/google', 'chat', () => google(flows())(flows().model('chat', 'gemini'))],
    ['@ai-sdk/google', 'bedrock', () => google(flows())(flows().model('bedrock', 'gemini'))],
  ] as const)('%s at %s', (_, upstream, model) => {
    test('streams', async () => {
      flows().next(upstream, { text: 'A weir is a low dam. 🌊' })
      const result = streamText({ model: model(), prompt: 'What is a weir?', maxRetries: 0 })
      expect(await result.text).toBe('A weir is a low dam. 🌊')
      expect(await result.finishReason).toBe('stop')
      expect((await result.usage).outputTokens).toBeGreaterThan(0)
    })

    test('runs tools to the end', async () => {
      flows().next(upstream, ...toolLoop)
      const asked: string[] = []
      const run = weatherOf(asked)
      const { text } = await generateText({
        model: model(),
        prompt: 'How is the weather?',
        maxRetries: 0,
        stopWhen: stepCountIs(3),
        tools: {
          [weather.name]: tool({
            description: weather.description,
            inputSchema: jsonSchema<{ city: string }>(weather.parameters),
            execute: async (input) => run(input),
          }),
        },
      })
      expect(text).toBe(toolLoopText)
      expectBoth(asked)
    })

    test('reads structured output', async () => {
      flows().next(upstream, { text: '{"answer":"a dam"}' })
      const { output } = await generateText({
        model: model(),
        prompt: 'What is a weir?',
        maxRetries: 0,
        output: Output.object({ schema }),
      })
      expect(output).toEqual({ answer: 'a dam' })
    })
  })
})
