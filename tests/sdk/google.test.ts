import { GoogleGenAI } from '@google/genai'
import { describe, expect, test } from 'vitest'
import { expectBoth, testFlows, toolLoop, toolLoopText, weather, weatherOf, type Flows } from './flows.ts'

testFlows('the SDK of Google', (flows) => {
  const sdkOf = ({ url, key }: Flows) => new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } })

  describe.each(['chat', 'responses', 'anthropic', 'bedrock'] as const)(
    'generateContent at %s',
    (upstream) => {
      test('puts a stream together', async () => {
        flows().next(upstream, { text: 'A weir is a low dam. 🌊' })
        const stream = await sdkOf(flows()).models.generateContentStream({
          model: flows().model(upstream, 'gemini'),
          contents: 'What is a weir?',
        })
        let text = ''
        let last
        for await (const chunk of stream) {
          text += chunk.text ?? ''
          last = chunk
        }
        expect(text).toBe('A weir is a low dam. 🌊')
        expect(last?.candidates?.[0]?.finishReason).toBe('STOP')
        expect(last?.usageMetadata?.candidatesTokenCount).toBeGreaterThan(0)
      })

      test('calls tools in a chat, and takes their results', async () => {
        flows().next(upstream, ...toolLoop)
        const asked: string[] = []
        const { name, description, parameters } = weather
        const chat = sdkOf(flows()).chats.create({
          model: flows().model(upstream, 'gemini'),
          config: {
            tools: [{ functionDeclarations: [{ name, description, parametersJsonSchema: parameters }] }],
          },
        })
        const first = await chat.sendMessage({ message: 'How is the weather?' })
        const results = (first.functionCalls ?? []).map((call) => ({
          functionResponse: {
            ...(call.id !== undefined && { id: call.id }),
            name: call.name ?? '',
            response: { output: weatherOf(asked)(call.args as { city: string }) },
          },
        }))
        expectBoth(asked)
        const last = await chat.sendMessage({ message: results })
        expect(last.text).toBe(toolLoopText)
      })

      test('is told of errors as it knows them', async () => {
        const sent = sdkOf(flows()).models.generateContent({ model: 'no-such-model', contents: 'x' })
        await expect(sent).rejects.toMatchObject({ status: 404 })
      })
    },
  )
})
