import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { WeirError } from '../../src/core/errors.ts'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/dialect.ts'
import { readCountTokens } from '../../src/dialects/anthropic-messages/count-tokens.ts'
import { request, scannerFor, target, telling } from './anthropic-events.ts'
import { bytesOf } from './splits.ts'

/** JSON that looks a little like a request, or an answer, or an event. */
const names = [
  'type',
  'role',
  'content',
  'text',
  'source',
  'data',
  'input',
  'id',
  'name',
  'index',
  'delta',
  'usage',
  'citations',
  'cache_control',
  'tool',
  'thinking',
  'message',
  'content_block',
  'stop_reason',
  'output_tokens',
  'input_tokens',
  'iterations',
  'error',
]
const values = [
  'user',
  'assistant',
  'system',
  'text',
  'image',
  'document',
  'tool_use',
  'tool_result',
  'thinking',
  'redacted_thinking',
  'base64',
  'url',
  'message_start',
  'content_block_start',
  'content_block_delta',
  'message_delta',
  'message_stop',
  'text_delta',
  'end_turn',
]
const { odd } = fc.letrec((tie) => ({
  odd: fc.oneof(
    { depthSize: 'small', maxDepth: 5 },
    fc.constantFrom<unknown>(...values, null, true, 0, 3, -1, 1e300, ''),
    fc.array(tie('odd'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...names), tie('odd'), { maxKeys: 6 }),
  ),
}))

function onlyRefusals(work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
  }
}

describe('odd input', () => {
  const fields = [
    'messages',
    'system',
    'tools',
    'tool_choice',
    'thinking',
    'output_config',
    'metadata',
    'stop_sequences',
    'cache_control',
    'context_management',
    'temperature',
  ]

  const messages = fc.array(fc.record({ role: fc.constantFrom('user', 'assistant'), content: fc.array(odd) }))
  const message = fc.array(odd, { maxLength: 3 })
  const anyField = fc.tuple(fc.constantFrom(...fields), odd).map(([name, value]) => ({ [name]: value }))
  const anyContent = fc.oneof(messages, message).map((messages) => ({ messages }))

  test('in a request is read or refused', () => {
    fc.assert(
      fc.property(fc.oneof(anyField, anyContent), (fields) => {
        const body = bytesOf(JSON.stringify(request(fields)))
        onlyRefusals(() => {
          const read = anthropicMessages.read({ body })
          anthropicMessages.rewrite(read, { ...target(), upstreamModel: 'm', outputCap: 1 })
          const call = anthropicMessages.decodeCall(read)
          anthropicMessages.encodeCall(call, target('claude-sonnet-4-5'))
          anthropicMessages.encodeCall(call, target('claude-opus-5-5'))
        })
        onlyRefusals(() => void readCountTokens(body))
      }),
      { numRuns: 1_000 },
    )
  })

  test('in an answer is passed over', () => {
    fc.assert(
      fc.property(odd, odd, odd, (content, usage, rest) => {
        const body = bytesOf(JSON.stringify({ content, usage, stop_reason: rest, error: rest }))
        anthropicMessages.readAnswer(body)
        anthropicMessages.readError(body)
        const answer = anthropicMessages.decodeAnswer(body)
        if (answer) anthropicMessages.encodeAnswer(answer, telling)
      }),
      { numRuns: 500 },
    )
  })

  test('in a stream is passed over', () => {
    const events = fc.array(fc.tuple(fc.constantFrom(...values), odd, odd), { maxLength: 8 })
    fc.assert(
      fc.property(events, (events) => {
        const stream = events.map(([type, more, index]) => {
          const rest =
            typeof more === 'object' && more !== null && !Array.isArray(more) ? more : { delta: more }
          return `event: ${type}\ndata: ${JSON.stringify({ index, ...rest, type })}\n\n`
        })
        const bytes = bytesOf(stream.join(''))
        const scanner = scannerFor()
        scanner.push(bytes)
        scanner.rest()
        expect(scanner.outputBytes).toBeGreaterThanOrEqual(0)
        const decoder = anthropicMessages.decodeStream()
        anthropicMessages.encodeStream(telling).push([...decoder.push(bytes), ...decoder.rest()])
      }),
      { numRuns: 500 },
    )
  })
})
