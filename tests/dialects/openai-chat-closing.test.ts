import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { convertUsage, printUsage } from '../../src/dialects/openai-chat/usage.ts'
import { alibabaFixture } from '../fixtures/providers/alibaba.ts'
import { deepseekFixture } from '../fixtures/providers/deepseek.ts'
import { openaiFixture } from '../fixtures/providers/openai.ts'
import { sandboxFixture } from '../fixtures/providers/sandbox.ts'
import {
  begun,
  chunk,
  closing,
  done,
  event,
  head,
  limit,
  priced,
  receipt,
  scannerFor,
  wireUsage,
  withUsage,
  type Chunk,
} from './chat-chunks.ts'
import { bytesOf, cuts, splitBytes, textOf } from './splits.ts'

/** The chunks of a stream that ends with `[DONE]`, and holds it once. */
function chunksOf(stream: string): Chunk[] {
  const events = stream.split(/(?<=\n\n)/).filter((event) => !event.startsWith(':'))
  expect(events.indexOf(done)).toBe(events.length - 1)
  return events.slice(0, -1).map((event) => JSON.parse(event.slice('data: '.length)) as Chunk)
}

/** What a stream that was cut after `stream` ends with. */
function cutAfter(stream: string, fields: object = {}) {
  const scanner = scannerFor(fields)
  scanner.push(bytesOf(stream))
  return chunksOf(textOf(scanner.cut({ ...closing, limit })))
}

describe('a stream that a budget cuts', () => {
  test('ends as one that reached its cap, in the words of its own chunks, and says which limit it was', () => {
    expect(cutAfter(begun + chunk({ content: 'Ein Wehr' }))).toEqual([
      {
        ...head,
        system_fingerprint: 'fp_1',
        choices: [{ index: 0, delta: {}, finish_reason: 'length' }],
        weir: { reason: 'budget', limit },
      },
    ])
  })

  test('tells the usage to a caller that asked for it, in a chunk of its own', () => {
    const [, ...rest] = cutAfter(begun, withUsage)
    expect(rest).toEqual([{ ...head, system_fingerprint: 'fp_1', choices: [], usage: wireUsage }])
  })

  test('tells the cost to a caller that asked for it', () => {
    const scanner = scannerFor({}, { holdEnd: true })
    scanner.push(bytesOf(begun))
    const events = textOf(scanner.cut({ ...priced, limit: undefined }))
    expect(chunksOf(events)).toMatchObject([
      { weir: { reason: 'budget' } },
      { choices: [], usage: wireUsage, weir: receipt },
    ])
    expect(chunksOf(events)[0]?.weir).not.toHaveProperty('limit')
  })

  test('ends each answer that has not finished, behind any number of events that look alike', () => {
    const words = Array.from({ length: 9 }, (_, i) => chunk({ content: `word ${i}` }, i % 2)).join('')
    const roles = [0, 1, 2].map((index) => chunk({ role: 'assistant', content: '' }, index)).join('')
    const [end] = cutAfter(roles + words + chunk({}, 1, 'stop') + words, { n: 4 })
    expect(end?.choices).toEqual([
      { index: 0, delta: {}, finish_reason: 'length' },
      { index: 2, delta: {}, finish_reason: 'length' },
      { index: 3, delta: { role: 'assistant', content: '' }, finish_reason: 'length' },
    ])
  })

  test('has no other end for answers that have all finished', () => {
    const all = begun + chunk({}, 0, 'stop')
    expect(cutAfter(all)).toEqual([])
    expect(cutAfter(all, withUsage)).toMatchObject([{ choices: [], usage: wireUsage }])
  })

  test.each([
    ['before its first chunk', ': keep-alive\n\n', { id: 'req_acme_1', created: 0, model: 'gpt-5.2' }],
    ['that names nothing', event({ choices: [{ delta: { content: 'a' } }] }), { id: 'req_acme_1' }],
    [
      'of Azure, whose first chunk has an empty id',
      event({ id: '', created: 0, model: '', choices: [], prompt_filter_results: [] }) + begun,
      { id: 'chatcmpl-1', model: 'gpt-5.2-x', system_fingerprint: 'fp_1' },
    ],
    [
      'whose fingerprint is null',
      event({ ...head, system_fingerprint: null, choices: [{ index: 0, delta: { role: 'assistant' } }] }),
      { ...head, system_fingerprint: undefined },
    ],
  ])('%s', (_, stream, expected) => {
    const [end] = cutAfter(stream)
    expect({ system_fingerprint: undefined, ...end }).toMatchObject({
      ...expected,
      choices: [{ index: 0, finish_reason: 'length' }],
    })
  })

  test('counts an answer once, however often it says that it finished', () => {
    const scanner = scannerFor({ n: 2 })
    scanner.push(bytesOf(begun + chunk({}, 0, 'stop') + chunk({}, 0, 'stop')))
    expect(scanner.finished).toBe(false)
    scanner.push(bytesOf(chunk({}, 1, 'stop')))
    expect(scanner.finished).toBe(true)
  })
})

describe('a stream whose end is held back', () => {
  const fixtures = [openaiFixture, deepseekFixture, alibabaFixture, sandboxFixture]

  test.each(fixtures)('$provider: tells one usage, ours, whatever the split', (fixture) => {
    const events = fixture.stream.split(/(?<=\n\n)/)
    const kept = events.filter((event) => event !== done && !event.includes('"choices":[]')).join('')
    for (const fields of [{}, withUsage])
      fc.assert(
        fc.property(fc.oneof(cuts, fc.constant('everywhere' as const)), (cuts) => {
          const scanner = scannerFor(fields, { holdEnd: true })
          const out = splitBytes(bytesOf(fixture.stream), cuts).map((piece) => textOf(scanner.push(piece)))
          expect(out.join('') + textOf(scanner.rest())).toBe(kept)
          expect(scanner).toMatchObject({ ended: true, finished: true, usage: fixture.streamUsage })
          const [last, ...rest] = chunksOf(textOf(scanner.close(priced)))
          const { id, created, model } = chunksOf(fixture.stream)[0] ?? {}
          expect(rest).toEqual([])
          expect(last).toMatchObject({ id, created, model, choices: [], usage: wireUsage, weir: receipt })
        }),
        { numRuns: 20 },
      )
  })

  test('keeps back an end without its blank line, and a usage that cannot be read', () => {
    const scanner = scannerFor({}, { holdEnd: true })
    const unread = event({ ...head, choices: [], usage: { prompt_tokens: 'many' } })
    expect(textOf(scanner.push(bytesOf(begun + unread + 'data: [DONE]')))).toBe(begun)
    expect(scanner.rest()).toHaveLength(0)
    expect(scanner.ended).toBe(true)
  })

  test('may leave out its last blank line: ours is an event of its own all the same', () => {
    const scanner = scannerFor({}, { holdEnd: true })
    const end = chunk({}, 0, 'stop')
    expect(textOf(scanner.push(bytesOf(begun + end.trimEnd()))) + textOf(scanner.rest())).toBe(begun + end)
  })

  test('may go without an end of its own: ours has all it needs', () => {
    const scanner = scannerFor({}, { holdEnd: true })
    scanner.push(bytesOf(begun + chunk({}, 0, 'stop')))
    expect(scanner).toMatchObject({ finished: true, ended: false })
    expect(chunksOf(textOf(scanner.close(closing)))).toEqual([
      { ...head, system_fingerprint: 'fp_1', choices: [], usage: wireUsage },
    ])
  })
})

test('a usage that was printed reads as what it was', () => {
  const tokens = fc.nat(1000)
  const parts = fc.tuple(tokens, tokens, tokens, tokens, tokens, tokens)
  fc.assert(
    fc.property(parts, ([cached, written, audio, rest, reasoning, spoken]) => {
      const usage = {
        inputTokens: cached + written + audio + rest,
        cachedInputTokens: cached,
        cacheWriteTokens: written,
        inputAudioTokens: audio,
        outputTokens: reasoning + spoken,
        reasoningTokens: reasoning,
        outputAudioTokens: spoken,
      }
      expect(convertUsage(printUsage(usage))).toEqual(usage)
    }),
  )
})
