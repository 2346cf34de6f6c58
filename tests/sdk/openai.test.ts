import OpenAI from 'openai'
import type { RunnableToolFunctionWithoutParse } from 'openai/lib/RunnableFunction'
import { describe, expect, test } from 'vitest'
import { expectBoth, testFlows, toolLoop, toolLoopText, weather, weatherOf, type Flows } from './flows.ts'

const messages = [{ role: 'user' as const, content: 'How is the weather?' }]
const schema = {
  type: 'object',
  properties: { answer: { type: 'string' } },
  required: ['answer'],
  additionalProperties: false,
}

testFlows('the SDK of OpenAI', (flows) => {
  const sdkOf = ({ url, key }: Flows) => new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 })

  describe.each(['anthropic', 'gemini', 'bedrock', 'responses'] as const)('chat at %s', (upstream) => {
    test('puts a stream together', async () => {
      flows().next(upstream, { text: 'A weir is a low dam. 🌊' })
      const stream = sdkOf(flows()).chat.completions.stream({
        model: flows().model(upstream, 'openai-chat'),
        messages,
      })
      const completion = await stream.finalChatCompletion()
      expect(completion.choices[0]?.message.content).toBe('A weir is a low dam. 🌊')
      expect(completion.choices[0]?.finish_reason).toBe('stop')
    })

    test.each([false, true])('runs tools to the end, streamed: %s', async (stream) => {
      flows().next(upstream, ...toolLoop)
      const asked: string[] = []
      const run = weatherOf(asked)
      const tool: RunnableToolFunctionWithoutParse = {
        type: 'function',
        function: {
          ...weather,
          parameters: { ...weather.parameters, required: [...weather.parameters.required] },
          function: (text: string) => run(JSON.parse(text) as { city: string }),
        },
      }
      const options = { model: flows().model(upstream, 'openai-chat'), messages, tools: [tool] }
      const { completions } = sdkOf(flows()).chat
      const runner = stream
        ? completions.runTools({ ...options, stream: true })
        : completions.runTools({ ...options, stream: false })
      expect(await runner.finalContent()).toBe(toolLoopText)
      expectBoth(asked)
    })

    test('reads structured output', async () => {
      flows().next(upstream, { text: '{"answer":"a dam"}' })
      const completion = await sdkOf(flows()).chat.completions.parse({
        model: flows().model(upstream, 'openai-chat'),
        messages,
        response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } },
      })
      expect(JSON.parse(completion.choices[0]?.message.content ?? '')).toEqual({ answer: 'a dam' })
    })
  })

  describe.each(['anthropic', 'gemini', 'bedrock', 'chat'] as const)('responses at %s', (upstream) => {
    test('puts a stream together, and goes on from it', async () => {
      flows().next(upstream, { text: 'A weir is a low dam. 🌊' }, { text: 'Because water flows.' })
      const { responses } = sdkOf(flows())
      const model = flows().model(upstream, 'openai-responses')
      const first = await responses.stream({ model, input: 'What is a weir?' }).finalResponse()
      expect(first.output_text).toBe('A weir is a low dam. 🌊')
      const second = await responses.create({ model, input: 'Why?', previous_response_id: first.id })
      expect(second.output_text).toBe('Because water flows.')
    })

    test.each([false, true])('calls tools and takes their results, streamed: %s', async (stream) => {
      flows().next(upstream, ...toolLoop)
      const { responses } = sdkOf(flows())
      const asked: string[] = []
      const options = {
        model: flows().model(upstream, 'openai-responses'),
        tools: [{ type: 'function' as const, strict: true, ...weather }],
      }
      const input = 'How is the weather?'
      const first = stream
        ? await responses.stream({ ...options, input }).finalResponse()
        : await responses.create({ ...options, input })
      const calls = first.output.flatMap((item) => (item.type === 'function_call' ? [item] : []))
      const results = calls.map(({ call_id, arguments: text }) => ({
        type: 'function_call_output' as const,
        call_id,
        output: weatherOf(asked)(JSON.parse(text) as { city: string }),
      }))
      expectBoth(asked)
      const last = await responses.create({ ...options, input: results, previous_response_id: first.id })
      expect(last.output_text).toBe(toolLoopText)
    })
  })
})
