import Anthropic from '@anthropic-ai/sdk'
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema'
import { describe, expect, test } from 'vitest'
import { expectBoth, testFlows, toolLoop, toolLoopText, weather, weatherOf, type Flows } from './flows.ts'

const messages = [{ role: 'user' as const, content: 'How is the weather?' }]

testFlows('the SDK of Anthropic', (flows) => {
  const sdkOf = ({ url, key }: Flows) => new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 })

  describe.each(['chat', 'responses', 'gemini', 'bedrock'] as const)('messages at %s', (upstream) => {
    test('puts a stream together', async () => {
      flows().next(upstream, { text: 'A weir is a low dam. 🌊' })
      const stream = sdkOf(flows()).messages.stream({
        model: flows().model(upstream, 'anthropic-messages'),
        max_tokens: 500,
        messages,
      })
      const seen: string[] = []
      stream.on('text', (text) => seen.push(text))
      const message = await stream.finalMessage()
      expect(seen.join('')).toBe('A weir is a low dam. 🌊')
      expect(message.stop_reason).toBe('end_turn')
      expect(message.usage.output_tokens).toBeGreaterThan(0)
    })

    test.each([false, true])('runs tools to the end, streamed: %s', async (stream) => {
      flows().next(upstream, ...toolLoop)
      const asked: string[] = []
      const run = weatherOf(asked)
      const { name, description, parameters: inputSchema } = weather
      const tool = betaTool({ name, description, inputSchema, run: (input) => run(input) })
      const options = {
        model: flows().model(upstream, 'anthropic-messages'),
        max_tokens: 500,
        messages,
        tools: [tool],
      }
      const runner = sdkOf(flows()).beta.messages.toolRunner({ ...options, stream })
      const last = await runner.runUntilDone()
      expect(last.content.map((block) => (block.type === 'text' ? block.text : ''))).toEqual([toolLoopText])
      expectBoth(asked)
    })

    test('is told of errors as it knows them', async () => {
      flows().next(upstream, { error: { status: 500 } })
      const sent = sdkOf(flows()).messages.create({
        model: flows().model(upstream, 'anthropic-messages'),
        max_tokens: 99,
        messages,
      })
      await expect(sent).rejects.toMatchObject({ status: 502, error: { type: 'error' } })
    })
  })

  test('a coding agent is served: long prompts with cache marks, many tools, betas, counting before each call', async () => {
    const sdk = sdkOf(flows())
    const model = flows().model('anthropic', 'anthropic-messages')
    const tools = Array.from({ length: 60 }, (_, index) => ({
      name: `tool_${index}`,
      description: 'Does one thing well. '.repeat(40),
      input_schema: { type: 'object' as const, properties: { path: { type: 'string' } } },
    }))
    const system = [
      {
        type: 'text' as const,
        text: 'You write code. '.repeat(20_000),
        cache_control: { type: 'ephemeral' as const },
      },
    ]
    const long = [{ role: 'user' as const, content: 'x '.repeat(400_000) }]
    const asked = { model, system, tools, messages: long }
    const counted = await sdk.messages.countTokens(asked)
    expect(counted.input_tokens).toBeGreaterThan(0)
    flows().next('anthropic', { text: 'Done.', usage: { input: 250_000, cacheWrite: 200_000, output: 3 } })
    const { data, response } = await sdk.beta.messages
      .create({ ...asked, max_tokens: 900, betas: ['context-management-2025-06-27'] })
      .withResponse()
    expect(data.content).toMatchObject([{ type: 'text', text: 'Done.' }])
    expect(data.usage.cache_creation_input_tokens).toBe(200_000)
    expect(response.headers.get('x-weir-dropped')).toBeNull()
  })
})
