import { expect, test } from 'vitest'
import type { CallerFormat } from './index.ts'
import { validateStream } from './index.ts'
import { bytesOf, changed, dataOf, drop, eventsOf, renumber, swap } from './mutants.ts'
import { fullScene, streamOf } from './samples.ts'

async function eventsFor(format: CallerFormat): Promise<string[]> {
  return eventsOf(await streamOf(format, fullScene))
}

function mustThrow(format: CallerFormat, events: readonly string[], what: string): void {
  expect(() => validateStream(format, bytesOf(events)), what).toThrow()
}

function place(events: readonly string[], start: RegExp): number {
  const at = events.findIndex((event) => start.test(event))
  expect(at, String(start)).toBeGreaterThanOrEqual(0)
  return at
}

test('Responses: no event can be left out, doubled, or come before another, but response.in_progress', async () => {
  const events = await eventsFor('openai-responses')
  for (const [at, event] of events.entries()) {
    if (!event.includes('response.in_progress\n')) {
      mustThrow('openai-responses', renumber(drop(events, at)), `without ${event}`)
    }
    mustThrow('openai-responses', renumber(events.toSpliced(at, 0, event)), `twice ${event}`)
    // Items may be open side by side.
    const mayMove = event.includes('output_item.done') && events[at + 1]?.includes('output_item.added')
    if (at < events.length - 1 && !mayMove) {
      mustThrow('openai-responses', renumber(swap(events, at)), `late ${event}`)
    }
  }
  mustThrow('openai-responses', drop(events, 1), 'a number is missing')
})

test('Responses: the end tells what was written', async () => {
  const events = await eventsFor('openai-responses')
  const at = events.length - 1
  const end = (change: object) =>
    events.with(
      at,
      changed(events[at] ?? '', (data) => ({
        ...data,
        response: { ...(data.response as object), ...change },
      })),
    )
  mustThrow('openai-responses', end({ output: [] }), 'no output')
  mustThrow('openai-responses', end({ status: 'in_progress' }), 'another status')
  mustThrow('openai-responses', end({ id: 'resp_other' }), 'another id')
  mustThrow('openai-responses', end({ usage: null }), 'no usage')
  mustThrow('openai-responses', [...events, 'data: [DONE]'], 'a mark of chat')
})

test('Anthropic: blocks come one after the other', async () => {
  const events = await eventsFor('anthropic-messages')
  const isLoose = (event: string) => /event: (ping|content_block_delta)/.test(event)
  for (const [at, event] of events.entries()) {
    const next = events[at + 1]
    const movesPing = event.includes('event: ping') || next?.includes('event: ping')
    if (!isLoose(event)) mustThrow('anthropic-messages', drop(events, at), `without ${event}`)
    // What was used may be told several times.
    const mayRepeat = isLoose(event) || event.includes('event: message_delta')
    if (!mayRepeat) mustThrow('anthropic-messages', events.toSpliced(at, 0, event), `twice ${event}`)
    if (next && !movesPing && !(isLoose(event) && isLoose(next))) {
      mustThrow('anthropic-messages', swap(events, at), `late ${event}`)
    }
  }
})

test('Anthropic: deltas are of their block, and a signature is the last', async () => {
  const events = await eventsFor('anthropic-messages')
  const signed = place(events, /signature_delta/)
  mustThrow('anthropic-messages', swap(events, signed - 1), 'a signature too soon')
  const written = place(events, /text_delta/)
  const strange = changed(events[written] ?? '', (data) => ({
    ...data,
    delta: { type: 'thinking_delta', thinking: 'a' },
  }))
  mustThrow('anthropic-messages', events.with(written, strange), 'a thought in a text')
  const json = place(events, /partial_json":"\{/)
  mustThrow('anthropic-messages', drop(events, json), 'arguments that are no JSON')
  const stop = place(events, /event: message_delta/)
  const ended = (change: object) =>
    events.with(
      stop,
      changed(events[stop] ?? '', (data) => ({ ...data, delta: { ...(data.delta as object), ...change } })),
    )
  mustThrow('anthropic-messages', ended({ stop_reason: 'stop_sequence' }), 'no stop sequence')
  mustThrow('anthropic-messages', ended({ stop_reason: null }), 'no reason')
  mustThrow(
    'anthropic-messages',
    events.map((event) => event.replace(/^event: .*\n/, '')),
    'no names',
  )
})

test('chat: choices begin with their role and end with their reason, and usage is last', async () => {
  const events = await eventsFor('openai-chat')
  const done = events.length - 1
  const places = events.flatMap((event, at) => {
    const choice = (dataOf(event)?.choices as { finish_reason?: string; delta?: object }[] | undefined)?.[0]
    const isHead = /"type":"function"/.test(event)
    return choice?.finish_reason || isHead || (choice?.delta && 'role' in choice.delta) ? [at] : []
  })
  expect(places).toHaveLength(8)
  for (const at of [...places, done]) mustThrow('openai-chat', drop(events, at), `without ${events[at]}`)
  for (const at of [done - 2, done - 1]) mustThrow('openai-chat', swap(events, at), `late ${events[at]}`)
  mustThrow('openai-chat', events.toSpliced(done - 1, 0, events[done - 1] ?? ''), 'usage twice')
  mustThrow('openai-chat', [...events, events[0] ?? ''], 'more after the end')
  mustThrow('openai-chat', events.with(0, `event: chunk\n${events[0]}`), 'a name')
  const renamed = changed(events[1] ?? '', (data) => ({ ...data, id: 'chatcmpl-other' }))
  mustThrow('openai-chat', events.with(1, renamed), 'another id')
  const again = place(events, /"tool_calls":\[\{"index":0,"function":\{"arguments":"\{/)
  const named = (events[again] ?? '').replace('{"index":0,', '{"index":0,"id":"call_again",')
  mustThrow('openai-chat', events.with(again, named), 'an id again')
})

test('chat: totals are sums', async () => {
  const events = await eventsFor('openai-chat')
  const wrong = events.map((event) => event.replace('"total_tokens":150', '"total_tokens":151'))
  mustThrow('openai-chat', wrong, 'a wrong total')
  const cached = events.map((event) => event.replace('"cached_tokens":60', '"cached_tokens":101'))
  mustThrow('openai-chat', cached, 'more cached than sent')
})

test('Gemini: a candidate says nothing after its reason', async () => {
  const events = await eventsFor('gemini')
  const last = events.length - 1
  mustThrow('gemini', drop(events, last), 'no end')
  mustThrow('gemini', swap(events, last - 1), 'more after the end')
  mustThrow('gemini', [...events, 'data: [DONE]'], 'a mark of chat')
  const beside = (candidate: object) =>
    changed(events[last] ?? '', (data) => ({ ...data, candidates: [candidate] }))
  const nothing = { content: { role: 'model', parts: [{ text: '' }] } }
  validateStream('gemini', bytesOf([...events, beside({ ...nothing, finishReason: 'STOP' })]))
  mustThrow('gemini', [...events, beside(nothing)], 'no reason any more')
  const other = changed(events[1] ?? '', (data) => ({ ...data, responseId: 'r' }))
  mustThrow('gemini', events.with(1, other), 'another id')
  const asArray = Buffer.from(`[${events.map((event) => event.slice('data: '.length)).join(',')}]`)
  expect(validateStream('gemini', asArray).events).toHaveLength(events.length)
  expect(() => validateStream('gemini', asArray.subarray(0, -1))).toThrow('no JSON')
})
