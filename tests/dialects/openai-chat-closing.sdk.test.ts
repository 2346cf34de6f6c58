import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import OpenAI from 'openai'
import { expect, onTestFinished, test } from 'vitest'
import { alibabaFixture } from '../fixtures/providers/alibaba.ts'
import { deepseekFixture } from '../fixtures/providers/deepseek.ts'
import { openaiFixture } from '../fixtures/providers/openai.ts'
import { sandboxFixture } from '../fixtures/providers/sandbox.ts'
import { begun, chunk, limit, priced, receipt, scannerFor, wireUsage, type Chunk } from './chat-chunks.ts'
import { bytesOf, textOf } from './splits.ts'

/** A client of a server that answers every call with this stream. */
async function clientOf(stream: string): Promise<OpenAI> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(stream)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  return new OpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'wr_test', maxRetries: 0 })
}
const body = { model: 'gpt-5.2', messages: [], stream: true as const, n: 3 }

/** Three answers: one is in the middle, one has finished, one has not begun. */
function cutStream(): string {
  const stream =
    begun +
    chunk({ role: 'assistant', content: '' }, 1) +
    chunk({ content: 'Ein ' }) +
    chunk({ content: 'yes' }, 1) +
    chunk({}, 1, 'stop') +
    chunk({
      tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: '{"a' } }],
    })
  const scanner = scannerFor({ n: 3 }, { holdEnd: true })
  const out = textOf(scanner.push(bytesOf(stream)))
  return out + textOf(scanner.cut({ ...priced, limit }))
}

test('the official SDK puts a stream together that was cut', async () => {
  const client = await clientOf(cutStream())
  const completion = await client.chat.completions.stream(body).finalChatCompletion()
  expect(completion).toMatchObject({ id: 'chatcmpl-1', model: 'gpt-5.2-x', usage: wireUsage })
  expect(completion.choices.map((choice) => [choice.finish_reason, choice.message.content])).toEqual([
    ['length', 'Ein '],
    ['stop', 'yes'],
    ['length', ''],
  ])
})

test('the official SDK hands on what is said beside, chunk by chunk', async () => {
  const client = await clientOf(cutStream())
  const chunks: Chunk[] = []
  for await (const chunk of await client.chat.completions.create(body)) chunks.push(chunk)
  expect(chunks.slice(-2).map(({ weir }) => weir)).toEqual([{ reason: 'budget', limit }, receipt])
  expect(chunks.filter(({ usage }) => usage)).toHaveLength(1)
})

test.each([openaiFixture, deepseekFixture, alibabaFixture, sandboxFixture])(
  'the official SDK reads the stream of $provider with our end in place of its own',
  async ({ stream, streamText, streamFinishReason }) => {
    const scanner = scannerFor({}, { holdEnd: true })
    const out = textOf(scanner.push(bytesOf(stream))) + textOf(scanner.close(priced))
    const client = await clientOf(out)
    const completion = await client.chat.completions.stream({ ...body, n: 1 }).finalChatCompletion()
    expect(completion.usage).toEqual(wireUsage)
    expect(completion.choices[0]).toMatchObject({
      finish_reason: streamFinishReason,
      message: { content: streamText },
    })
  },
)
