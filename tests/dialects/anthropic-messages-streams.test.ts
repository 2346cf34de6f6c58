import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Block, ChatAnswer, ChatEvent } from '../../src/core/chat/answer.ts'
import { assemble, eventsOf } from '../../src/core/chat/assemble.ts'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/dialect.ts'
import { telling, wholeUsage } from './anthropic-events.ts'
import { bytesOf } from './splits.ts'

const encoderFor = () => anthropicMessages.encodeStream(telling)

const words = fc.string({ minLength: 1, unit: 'binary-ascii' })
const anyBlock: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ type: fc.constant('text' as const), text: words }),
  fc.record({
    type: fc.constant('reasoning' as const),
    text: words,
    seal: fc.record({
      by: fc.constantFrom('anthropic' as const, 'openai' as const),
      value: fc.base64String({ minLength: 4 }),
    }),
  }),
  fc.record({
    type: fc.constant('tool_call' as const),
    id: fc.stringMatching(/^[a-z]{1,9}$/),
    name: fc.stringMatching(/^[a-z]{1,9}$/),
    arguments: fc.json(),
    kind: fc.constant('function' as const),
  }),
)
const anyAnswer: fc.Arbitrary<ChatAnswer> = fc.record({
  id: fc.constant('msg_acme_01'),
  model: fc.constant('claude-best'),
  blocks: fc.array(anyBlock, { maxLength: 6 }),
  finish: fc.constant('length' as const),
  usage: fc.constant(wholeUsage),
})

const reread = (stream: string) => {
  const decoder = anthropicMessages.decodeStream()
  return assemble([...decoder.push(bytesOf(stream)), ...decoder.rest()])
}

describe('what goes down and is read again', () => {
  test('is the same answer', () => {
    fc.assert(
      fc.property(anyAnswer, (answer) => {
        expect(reread(encoderFor().push(eventsOf(answer)))).toEqual(answer)
      }),
      { numRuns: 200 },
    )
  })

  test('says the same, however its blocks were mixed', () => {
    fc.assert(
      fc.property(anyAnswer, fc.infiniteStream(fc.nat()), (answer, choices) => {
        const [begin, ...events] = eventsOf(answer)
        const ours = events.filter((event) => 'index' in event)
        const lanes = answer.blocks.map((_, index) => ours.filter((event) => event.index === index))
        const mixed: ChatEvent[] = begin ? [begin] : []
        for (let open = lanes; open.length > 0; open = open.filter((lane) => lane.length > 0)) {
          const event = open[(choices.next().value ?? 0) % open.length]?.shift()
          if (event) mixed.push(event)
        }
        const encoder = encoderFor()
        const tail = events.filter((event) => !('index' in event))
        const out = [...mixed, ...tail].map((event) => encoder.push([event])).join('')
        const back = reread(out)
        const calls = ({ blocks }: ChatAnswer) => blocks.filter(({ type }) => type === 'tool_call')
        const saidBy = ({ blocks }: ChatAnswer) =>
          blocks.flatMap((one) => (one.type === 'text' ? [one.text] : [])).toSorted()
        expect(calls(back)).toEqual(expect.arrayContaining(calls(answer)))
        expect(saidBy(back).join('')).toHaveLength(saidBy(answer).join('').length)
        expect(back.usage).toEqual(answer.usage)
      }),
      { numRuns: 200 },
    )
  })
})
