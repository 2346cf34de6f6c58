import fc from 'fast-check'
import type { ChatAnswer, ChatEvent } from '../../../src/core/chat/answer.ts'
import { eventsOf } from '../../../src/core/chat/assemble.ts'

type BlockEvent = Extract<ChatEvent, { readonly index: number }>
type Delta = Extract<ChatEvent, { readonly type: 'delta' }>

/** Choices for whatever there is to choose, used one after the other and over again. */
class Choices {
  #at = 0
  readonly #numbers: readonly number[]

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers
  }

  below(count: number): number {
    return (this.#numbers[this.#at++ % this.#numbers.length] ?? 0) % Math.max(1, count)
  }
}

export const choices = fc.array(fc.nat(1000), { minLength: 1, maxLength: 60 })

/**
 * The events of an answer in some order that a provider may send them in: blocks begin in their order but are under way side by
 * side, deltas are cut anywhere, the usage comes whenever it is known.
 */
export function sideBySide(answer: ChatAnswer, numbers: readonly number[]): ChatEvent[] {
  const choices = new Choices(numbers)
  return around(answer, mix(splitBlocks(answer, choices), choices), choices)
}

/** The same, but one block after the other. */
export function oneByOne(answer: ChatAnswer, numbers: readonly number[]): ChatEvent[] {
  const choices = new Choices(numbers)
  return around(answer, splitBlocks(answer, choices).flat(), choices)
}

function around(answer: ChatAnswer, said: readonly BlockEvent[], choices: Choices): ChatEvent[] {
  const { usage, ...rest } = answer
  const events = eventsOf(rest)
  const whole: ChatEvent[] = [...said, ...events.slice(-2, -1)]
  if (usage) whole.splice(choices.below(whole.length + 1), 0, { type: 'usage', usage })
  return [...events.slice(0, 1), ...whole, ...events.slice(-1)]
}

function splitBlocks(answer: ChatAnswer, choices: Choices): BlockEvent[][] {
  const events = eventsOf(answer)
  const gap = 1 + choices.below(3)
  return answer.blocks.map((_, index) =>
    ofBlock(events, index)
      .flatMap((event): BlockEvent[] => (event.type === 'delta' ? splitDelta(event, choices) : [event]))
      .map((event) => ({ ...event, index: event.index * gap })),
  )
}

/** As a provider that tells a block in one go would have them: what comes up to its end together, all else alone. */
export function byBlock(events: readonly ChatEvent[]): ChatEvent[][] {
  const batches: ChatEvent[][] = []
  let isOpen = false
  for (const event of events) {
    if (isOpen) batches.at(-1)?.push(event)
    else batches.push([event])
    if (event.type === 'block' || event.type === 'block_end') isOpen = event.type === 'block'
  }
  return batches
}

export const eachAlone = (events: readonly ChatEvent[]): ChatEvent[][] => events.map((event) => [event])

function ofBlock(events: readonly ChatEvent[], index: number): BlockEvent[] {
  return events.filter((event) => 'index' in event).filter((event) => event.index === index)
}

function splitDelta({ index, text, logprobs }: Delta, choices: Choices): Delta[] {
  const cut = choices.below(text.length + 1)
  const cutTokens = choices.below((logprobs?.length ?? 0) + 1)
  const pieces = [
    { text: text.slice(0, cut), logprobs: logprobs?.slice(0, cutTokens) ?? [] },
    { text: text.slice(cut), logprobs: logprobs?.slice(cutTokens) ?? [] },
  ]
  return pieces.map(({ text, logprobs }) => ({
    type: 'delta',
    index,
    text,
    ...(logprobs.length > 0 && { logprobs }),
  }))
}

function mix(blocks: readonly (readonly BlockEvent[])[], choices: Choices): BlockEvent[] {
  const mixed: BlockEvent[] = []
  const queues = blocks.map((events) => [...events])
  let begun = 0
  while (queues.some((queue) => queue.length > 0)) {
    const ready = queues.slice(0, begun + 1).filter((queue) => queue.length > 0)
    const queue = ready[choices.below(ready.length)]
    const event = queue?.shift()
    if (event?.type === 'block') begun++
    if (event) mixed.push(event)
  }
  return mixed
}
