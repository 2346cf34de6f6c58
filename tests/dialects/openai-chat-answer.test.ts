import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { WeirError, type ErrorCode } from '../../src/core/errors.ts'
import { noUsage } from '../../src/core/usage.ts'
import { openaiChat } from '../../src/dialects/openai-chat/dialect.ts'
import { retryHeaders } from '../../src/dialects/openai-chat/errors.ts'
import { outputBytesOf } from '../../src/dialects/openai-chat/output-bytes.ts'
import { readAnswer } from '../../src/dialects/openai-chat/read-answer.ts'
import { convertUsage } from '../../src/dialects/openai-chat/usage.ts'
import { alibabaFixture } from '../fixtures/providers/alibaba.ts'
import { deepseekFixture } from '../fixtures/providers/deepseek.ts'
import { openaiFixture } from '../fixtures/providers/openai.ts'
import { sandboxFixture } from '../fixtures/providers/sandbox.ts'
import { bytesOf, textOf } from './splits.ts'

const totals = { prompt_tokens: 100, completion_tokens: 40 }
const plain = { ...noUsage, inputTokens: 100, outputTokens: 40 }

describe('convertUsage', () => {
  test.each([
    ['totals alone', totals, plain],
    [
      'OpenAI: cached, written, audio and reasoning inside the totals',
      {
        ...totals,
        prompt_tokens_details: { cached_tokens: 30, cache_write_tokens: 20, audio_tokens: 10 },
        completion_tokens_details: { reasoning_tokens: 8, audio_tokens: 4 },
      },
      {
        ...plain,
        cachedInputTokens: 30,
        cacheWriteTokens: 20,
        inputAudioTokens: 10,
        reasoningTokens: 8,
        outputAudioTokens: 4,
      },
    ],
    [
      'DeepSeek: hit and miss',
      { ...totals, prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36 },
      { ...plain, cachedInputTokens: 64 },
    ],
    [
      'DeepSeek: both ways at once count once',
      { ...totals, prompt_tokens_details: { cached_tokens: 64 }, prompt_cache_hit_tokens: 64 },
      { ...plain, cachedInputTokens: 64 },
    ],
    [
      'Alibaba: reads and writes of the explicit cache',
      { ...totals, prompt_tokens_details: { cached_tokens: 10, cache_creation_input_tokens: 50 } },
      { ...plain, cachedInputTokens: 10, cacheWriteTokens: 50 },
    ],
    ['an explicit zero', { prompt_tokens: 0, completion_tokens: 0 }, noUsage],
    ['null details', { ...totals, prompt_tokens_details: null, completion_tokens_details: null }, plain],
    [
      'details of another type',
      { ...totals, prompt_tokens_details: [9], completion_tokens_details: 'x' },
      plain,
    ],
    [
      'more cached than there was, as xAI may say',
      { ...totals, prompt_tokens_details: { cached_tokens: 170, audio_tokens: 9 } },
      { ...plain, cachedInputTokens: 100 },
    ],
    [
      'details that are negative, fractional or absurd count as none',
      {
        ...totals,
        prompt_tokens_details: { cached_tokens: -1, cache_write_tokens: 1.5, audio_tokens: 1e300 },
        completion_tokens_details: { reasoning_tokens: '8', audio_tokens: null },
      },
      plain,
    ],
  ])('%s', (_, usage, expected) => expect(convertUsage(usage)).toEqual(expected))

  test.each([
    ['null', null],
    ['a list', [1, 2]],
    ['no totals', {}],
    ['only one total', { prompt_tokens: 1 }],
    ['negative', { ...totals, prompt_tokens: -1 }],
    ['fractional', { ...totals, completion_tokens: 1.5 }],
    ['absurd', { ...totals, completion_tokens: 2e9 }],
    ['texts', { prompt_tokens: '1', completion_tokens: '2' }],
  ])('does not tell: %s', (_, usage) => expect(convertUsage(usage)).toBeUndefined())

  test('whatever a provider says, parts are never more than their total', () => {
    const number = fc.oneof(fc.nat(1000), fc.constantFrom(-1, 0.5, 1e12, null, '7'))
    const details = fc.dictionary(
      fc.constantFrom('cached_tokens', 'cache_write_tokens', 'audio_tokens', 'reasoning_tokens'),
      number,
    )
    const usage = fc.record({
      prompt_tokens: number,
      completion_tokens: number,
      prompt_tokens_details: details,
      completion_tokens_details: details,
    })
    fc.assert(
      fc.property(usage, (usage) => {
        const read = convertUsage(usage)
        if (!read) return
        expect(read.cachedInputTokens + read.cacheWriteTokens + read.inputAudioTokens).toBeLessThanOrEqual(
          read.inputTokens,
        )
        expect(Math.max(read.reasoningTokens, read.outputAudioTokens)).toBeLessThanOrEqual(read.outputTokens)
        expect(Object.values(read).every((n) => Number.isSafeInteger(n) && n >= 0)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('the bytes of generated text', () => {
  const text = fc.string({ unit: 'binary' })

  test('are those of UTF-8', () => {
    fc.assert(
      fc.property(text, text, text, (content, reasoning, call) => {
        const message = {
          role: 'assistant',
          content,
          reasoning_content: reasoning,
          tool_calls: [
            { id: 'not counted', function: { name: call, arguments: content } },
            { custom: { name: call, input: reasoning } },
          ],
        }
        const generated = [content, reasoning, call, content, call, reasoning]
        expect(outputBytesOf(message)).toBe(Buffer.byteLength(generated.join('')))
      }),
      { numRuns: 1000 },
    )
  })

  test('of a character that comes in two halves are counted once', () => {
    const [high = '', low = ''] = '🌊'.split('')
    expect(outputBytesOf({ content: high }) + outputBytesOf({ content: low })).toBe(4)
  })

  test.each([
    ['a refusal', { refusal: 'no' }, 2],
    ['reasoning by its other name', { reasoning: 'hm' }, 2],
    ['an old function call', { function_call: { name: 'f', arguments: '{}' } }, 3],
    ['nothing', { content: null, tool_calls: null }, 0],
    ['what is no message', 'text', 0],
    ['calls that are none', { tool_calls: [null, 5, { function: 'f' }] }, 0],
  ])('%s', (_, message, bytes) => expect(outputBytesOf(message)).toBe(bytes))
})

describe('readAnswer', () => {
  test.each([openaiFixture, deepseekFixture, alibabaFixture, sandboxFixture])(
    'reads the answer of $provider',
    ({ answer, answerUsage, answerText, answerReasoning }) => {
      const outputBytes = Buffer.byteLength(answerText + answerReasoning)
      expect(readAnswer(bytesOf(answer))).toEqual({ usage: answerUsage, outputBytes })
    },
  )

  test('of several answers counts the text of each', () => {
    const body = JSON.stringify({
      choices: [{ message: { content: 'ab' } }, { message: { content: 'é' } }, null],
    })
    expect(readAnswer(bytesOf(body))).toEqual({ outputBytes: 4 })
  })

  test.each(['', 'null', '[]', '{}', '{"choices":{}}', '{"error":{"message":"no"}}', '<html>'])(
    'finds no answer in "%s"',
    (body) => expect(readAnswer(bytesOf(body))).toBeUndefined(),
  )
})

describe('our own errors in OpenAI’s envelope', () => {
  const types: readonly (readonly [ErrorCode, string])[] = [
    ['invalid_request', 'invalid_request_error'],
    ['invalid_key', 'authentication_error'],
    ['budget_exceeded', 'insufficient_quota'],
    ['quota_exceeded', 'insufficient_quota'],
    ['model_not_allowed', 'permission_error'],
    ['rate_limited', 'rate_limit_error'],
    ['upstream_failed', 'server_error'],
  ]
  test.each(types)('%s is of the type %s', (code, type) => {
    const error = new WeirError(code, 'Why.', { param: 'model', limit: { id: 'lim_1' } })
    const body = JSON.parse(textOf(openaiChat.errorBody(error, 'req_1'))) as object
    expect(body).toEqual({
      error: { message: 'Why.', type, param: 'model', code, limit: { id: 'lim_1' }, request_id: 'req_1' },
    })
    expect(textOf(openaiChat.errorEvent(error, 'req_1'))).toBe(`data: ${JSON.stringify(body)}\n\n`)
  })

  test('tells an SDK whether and when to try again', () => {
    expect(retryHeaders(new WeirError('rate_limited', '', { retryAfterSeconds: 7 }))).toEqual({
      'retry-after': '7',
    })
    expect(retryHeaders(new WeirError('overloaded', ''))).toEqual({})
    expect(retryHeaders(new WeirError('quota_exceeded', ''))).toEqual({ 'x-should-retry': 'false' })
    expect(
      retryHeaders(new WeirError('rate_limited', '', { retryable: false, retryAfterSeconds: 7 })),
    ).toEqual({
      'x-should-retry': 'false',
    })
  })
})
