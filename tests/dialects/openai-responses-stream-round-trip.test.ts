import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChatEvent } from '../../src/core/chat/answer.ts'
import { openaiResponses } from '../../src/dialects/openai-responses/dialect.ts'
import { ResponsesStreamEncoder } from '../../src/dialects/openai-responses/encode-stream.ts'
import { answerOf, answers, eventsOfAnswer } from './openai-responses-answers.ts'
import { expectLegal } from './openai-responses-order.ts'
import { eventsOf, tellingOf } from './openai-responses-wire.ts'
import { bytesOf } from './splits.ts'

const encode = (events: readonly ChatEvent[]) => new ResponsesStreamEncoder(tellingOf()).push(events)
const mixes = fc.array(fc.nat(5), { maxLength: 60 })
const pieces = fc.integer({ min: 1, max: 4 })

describe('whatever an answer is, and however its events come', () => {
  test('its stream is in a legal order, and read again as the same answer', () => {
    fc.assert(
      fc.property(answers, pieces, (answer, pieces) => {
        const stream = encode(eventsOfAnswer(answer, { pieces }))
        expectLegal(eventsOf(stream))
        const decoder = openaiResponses.decodeStream()
        const events = [...decoder.push(bytesOf(stream)), ...decoder.rest()]
        expect(events.at(-1)).toEqual({ type: 'end' })
        const { blocks, ...facts } = answerOf(events)
        expect(facts).toEqual({ finish: answer.finish, usage: answer.usage })
        const expected = answer.blocks.length > 0 ? answer.blocks : [{ type: 'text', text: '' }]
        expect(blocks).toEqual(expected)
      }),
      { numRuns: 400 },
    )
  })

  test('blocks may be side by side, and events come one by one', () => {
    fc.assert(
      fc.property(answers, pieces, mixes, fc.boolean(), (...[answer, pieces, mix, oneByOne]) => {
        const events = eventsOfAnswer(answer, { pieces, mix })
        const encoder = new ResponsesStreamEncoder(tellingOf())
        const stream = oneByOne ? events.map((event) => encoder.push([event])).join('') : encoder.push(events)
        expectLegal(eventsOf(stream))
        const decoder = openaiResponses.decodeStream()
        const told = answerOf(decoder.push(bytesOf(stream)))
        // Items stand in the order in which something was first said of them.
        const sorted = (blocks: readonly unknown[]) =>
          blocks.map((block) => JSON.stringify(block, keysOf(block))).sort()
        if (answer.blocks.length > 0) expect(sorted(told.blocks)).toEqual(sorted(answer.blocks))
        expect(told.usage).toEqual(answer.usage)
      }),
      { numRuns: 400 },
    )
  })

  test('whole, it is what its stream ends with', () => {
    fc.assert(
      fc.property(answers, (answer) => {
        const body = openaiResponses.encodeAnswer(answer, tellingOf())
        const encoder = new ResponsesStreamEncoder(tellingOf())
        // The last block is as complete as the answer.
        const last = answer.blocks.length - 1
        const events = eventsOfAnswer(answer).filter(
          (event) => event.type !== 'block_end' || event.index !== last,
        )
        encoder.push(events)
        expect(JSON.parse(new TextDecoder().decode(body))).toEqual(
          JSON.parse(JSON.stringify(encoder.response)),
        )
        const { blocks, ...facts } = answer
        expect(openaiResponses.decodeAnswer(body)).toMatchObject({
          ...facts,
          blocks: blocks.length > 0 ? blocks : [{ type: 'text', text: '' }],
        })
      }),
      { numRuns: 200 },
    )
  })
})

/** All names of a block, sorted, at every depth. */
function keysOf(value: unknown): string[] {
  const names = new Set<string>()
  JSON.stringify(value, (name, inner: unknown) => {
    names.add(name)
    return inner
  })
  return [...names].sort()
}
