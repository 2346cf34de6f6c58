import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ChatStreamScanner } from '../../src/dialects/openai-chat/scan-stream.ts'

/** One event of a stream, and how many bytes of text it brings. */
interface Event {
  readonly text: string
  readonly textBytes: number
}

const words = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.constantFrom('"', '\\', '","role":"x', 'é', '堰', '🌊', 'data: ', '\n\n', '"}}]}'),
)

const plain = fc.record({ content: words, padding: fc.option(words) }).map(({ content, padding }) =>
  eventOf({
    choices: [{ index: 0, delta: { content }, finish_reason: null }],
    ...(padding !== null && { obfuscation: padding }),
  }),
)

const other = fc.oneof(
  words.map((text) => eventOf({ choices: [{ index: 0, delta: { reasoning_content: text } }] })),
  words.map((text) =>
    eventOf({ choices: [{ index: 0, delta: { tool_calls: [{ function: { arguments: text } }] } }] }),
  ),
  words.map((text) => eventOf({ choices: [{ index: 0, delta: { content: text, refusal: text } }] })),
  words.map((text) => eventOf({ choices: [{ index: 0, delta: {} }], obfuscation: text })),
  words.map((text) => eventOf({ note: text, choices: [{ index: 0, delta: { content: 'x' } }] })),
  fc.constant({ text: ': keep-alive\n\n', textBytes: 0 }),
)

interface Chunk {
  readonly choices: readonly {
    readonly index: number
    readonly delta: object
    readonly finish_reason?: null
  }[]
  readonly obfuscation?: string
  readonly note?: string
}

function eventOf(chunk: Chunk): Event {
  const texts = chunk.choices.flatMap(({ delta }) => [...stringsIn(delta)])
  return {
    text: `data: ${JSON.stringify(chunk)}\n\n`,
    textBytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
  }
}

function* stringsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  else if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) yield* stringsIn(inner)
}

test('text is counted and bytes are kept, however alike or unlike the events are', () => {
  const stream = fc.array(fc.oneof({ weight: 4, arbitrary: plain }, { weight: 1, arbitrary: other }))
  fc.assert(
    fc.property(stream, fc.array(fc.nat({ max: 60 })), (events, cuts) => {
      const bytes = Buffer.from(events.map(({ text }) => text).join(''))
      const scanner = new ChatStreamScanner({ dropUsageChunk: true, answers: 1, operatorErrors: [] })
      const out: Uint8Array[] = []
      let at = 0
      for (const cut of cuts) {
        out.push(Buffer.from(scanner.push(bytes.subarray(at, at + cut))))
        at += cut
      }
      out.push(Buffer.from(scanner.push(bytes.subarray(at))), Buffer.from(scanner.rest()))
      expect(Buffer.concat(out).toString()).toBe(bytes.toString())
      expect(scanner.outputBytes).toBe(events.reduce((sum, event) => sum + event.textBytes, 0))
      expect({ finished: scanner.finished, failed: scanner.failed }).toEqual({
        finished: false,
        failed: false,
      })
    }),
    { numRuns: 1000 },
  )
})

test('a finish, an error or a usage is seen behind any number of events that look alike', () => {
  const scanner = new ChatStreamScanner({ dropUsageChunk: true, answers: 1, operatorErrors: [] })
  const push = (chunk: object) => scanner.push(Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`)).length
  const text = (content: string) => ({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })
  for (let i = 0; i < 50; i++) push(text(`word ${i}`))
  push({ choices: [{ index: 0, delta: { content: 'end' }, finish_reason: 'stop' }] })
  expect(scanner.finished).toBe(true)
  expect(push({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 4 } })).toBe(0)
  expect(scanner.usage).toMatchObject({ inputTokens: 3, outputTokens: 4 })
  push({ error: { message: 'no' } })
  expect(scanner.failed).toBe(true)
})
