import OpenAI from 'openai'
import { expect, test } from 'vitest'
import type { Block } from '../../src/core/chat/answer.ts'
import { eventsOf } from '../../src/core/chat/assemble.ts'
import { noUsage } from '../../src/core/usage.ts'
import { openaiChat } from '../../src/dialects/openai-chat/dialect.ts'
import { bytesOf } from './splits.ts'

/** A client whose every call is answered with this. */
function clientOf(body: string | Uint8Array, contentType: string): OpenAI {
  const fetch = () => Promise.resolve(new Response(body, { headers: { 'content-type': contentType } }))
  return new OpenAI({ apiKey: 'wr_test', baseURL: 'http://localhost/v1', maxRetries: 0, fetch })
}

const body = { model: 'm', messages: [] }
const telling = (stream: boolean) => ({
  requestId: 'req_acme_1',
  model: 'm',
  created: 1_763_900_207,
  request: openaiChat.read({
    body: bytesOf(JSON.stringify({ ...body, stream, stream_options: { include_usage: true } })),
  }),
})
const blocks: Block[] = [
  { type: 'reasoning', text: 'hm', seal: { by: 'anthropic', value: 'c2ln' } },
  { type: 'text', text: 'Ein Wehr ' },
  { type: 'text', text: '🌊' },
  { type: 'tool_call', id: 'c1', name: 'f', arguments: '{"x":1}', kind: 'function' },
  { type: 'tool_call', id: 'c2', name: 'f', arguments: '{}', kind: 'function' },
]
const answer = {
  blocks,
  finish: 'tool_calls',
  usage: { ...noUsage, inputTokens: 4, outputTokens: 9 },
} as const

const expected = {
  id: 'chatcmpl-acme_1',
  model: 'm',
  created: 1_763_900_207,
  choices: [
    {
      finish_reason: 'tool_calls',
      message: {
        role: 'assistant',
        content: 'Ein Wehr 🌊',
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
          { id: 'c2', type: 'function', function: { name: 'f', arguments: '{}' } },
        ],
      },
    },
  ],
  usage: { prompt_tokens: 4, completion_tokens: 9, total_tokens: 13 },
}

test('the official SDK puts a stream together that was translated', async () => {
  const text = openaiChat.encodeStream(telling(true)).push(eventsOf(answer))
  const client = clientOf(text, 'text/event-stream')
  const completion = await client.chat.completions.stream({ ...body, stream: true }).finalChatCompletion()
  expect(completion).toMatchObject(expected)
})

test('the official SDK reads an answer that was translated, and what it sends back is read as it was', async () => {
  const client = clientOf(openaiChat.encodeAnswer(answer, telling(false)), 'application/json')
  const completion = await client.chat.completions.create(body)
  expect(completion).toMatchObject(expected)
  const messages = completion.choices.map(({ message }) => message)
  const call = openaiChat.decodeCall(
    openaiChat.read({ body: bytesOf(JSON.stringify({ ...body, messages })) }),
  )
  const [thought, , , ...calls] = blocks
  expect(call.turns).toEqual([
    { role: 'assistant', parts: [thought, { type: 'text', text: 'Ein Wehr 🌊' }, ...calls] },
  ])
})
