import { describe, expect, test } from 'vitest'
import type { Part, Sampling } from '../../src/core/chat/call.ts'
import { anthropicMessages } from '../../src/dialects/anthropic-messages/dialect.ts'
import { assistant, encode, plain, said, toolResult, user } from './anthropic-calls.ts'
import { target } from './anthropic-events.ts'
import { bytesOf, textOf } from './splits.ts'

describe('a request to Anthropic', () => {
  test('is as short as the call', () => {
    expect(encode()).toEqual({
      body: {
        model: 'claude-opus-5',
        max_tokens: 1_000,
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
      },
      dropped: [],
    })
  })

  test('has the settings that there are', () => {
    const { body, dropped } = encode(
      {
        system: [
          { type: 'text', text: 'Be brief.', cache: {} },
          { type: 'text', text: ' \n' },
        ],
        sampling: { temperature: 1.7, topK: 5 },
        stop: ['END', '\n'],
        stream: true,
        serviceTier: 'standard',
        endUser: 'alice',
      },
      { model: 'claude-sonnet-4-5' },
    )
    expect(body).toMatchObject({
      system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
      temperature: 1,
      top_k: 5,
      stop_sequences: ['END'],
      stream: true,
      service_tier: 'standard_only',
      metadata: { user_id: 'acme:alice' },
    })
    expect(dropped).toEqual(['stop'])
  })

  test('names what it leaves out, once', () => {
    const { body, dropped } = encode({
      sampling: {
        seed: 7,
        presencePenalty: 1,
        frequencyPenalty: 0,
        topLogprobs: 2,
        topK: 4,
        temperature: 0.2,
        topP: 0.5,
      },
      answers: 3,
      verbosity: 'low',
      cacheKey: 'k',
      metadata: { team: 'search' },
      serviceTier: 'flex',
      turns: [{ ...user(said('Hi')), name: 'Ann' }],
    })
    expect(dropped.toSorted()).toEqual(
      [
        'seed',
        'presence_penalty',
        'logprobs',
        'top_k',
        'temperature',
        'top_p',
        'n',
        'verbosity',
        'prompt_cache_key',
        'metadata',
        'service_tier',
        'name',
      ].toSorted(),
    )
    expect(Object.keys(body)).toEqual(['model', 'max_tokens', 'messages'])
  })

  test.each<{ model: string; sampling: Sampling; sent?: object; dropped?: string[] }>([
    { model: 'claude-opus-5', sampling: { temperature: 1, topP: 1 } },
    { model: 'claude-opus-5', sampling: { topP: 0.995 } },
    {
      model: 'claude-sonnet-4-5',
      sampling: { temperature: 0.3, topP: 0.5 },
      sent: { temperature: 0.3 },
      dropped: ['top_p'],
    },
    { model: 'claude-sonnet-4-5', sampling: { temperature: 0.3, topP: 1 }, sent: { temperature: 0.3 } },
    { model: 'claude-sonnet-4-5', sampling: { topP: 0.5 }, sent: { top_p: 0.5 } },
    { model: 'claude-sonnet-4-5', sampling: { temperature: -1 }, sent: { temperature: 0 } },
    { model: 'kimi-k3', sampling: { temperature: 0.6 }, sent: { temperature: 0.6 } },
  ])('leaves $model the chance that it takes: $sampling', ({ model, sampling, sent = {}, dropped = [] }) => {
    const encoded = encode({ sampling }, { model })
    expect(encoded.body).toMatchObject(sent)
    expect(Object.keys(encoded.body)).toHaveLength(3 + Object.keys(sent).length)
    expect(encoded.dropped).toEqual(dropped)
  })

  test('takes no more marks than four, and the last of them', () => {
    const marked = (text: string) => ({ type: 'text' as const, text, cache: { ttl: '1h' as const } })
    const { body, dropped } = encode({
      tools: [{ kind: 'function', name: 'f', cache: {} }],
      system: [marked('s1'), marked('s2')],
      turns: [user(marked('u1'), { ...toolResult('a'), cache: {} } as Part), assistant(marked('a1'))],
    })
    expect(dropped).toEqual(['cache_control'])
    const texts = JSON.stringify(body).match(/"(\w+)","cache_control":/g)
    expect(texts).toEqual([
      '"s2","cache_control":',
      '"done","cache_control":',
      '"u1","cache_control":',
      '"a1","cache_control":',
    ])
  })
})

test('a request is the same bytes each time', () => {
  const once = anthropicMessages.encodeCall(plain, target()).body
  expect(once).toEqual(anthropicMessages.encodeCall(plain, target()).body)
  expect(bytesOf(textOf(once))).toEqual(once)
})

test.each([
  ['greets', [assistant(said('Hi')), user(said('b'))]],
  ['greets somebody who says nothing', [user(said(' ')), assistant(said('Hi')), user(said('b'))]],
])('a conversation in which the assistant %s first is one that the user began', (_, turns) => {
  const { body, dropped } = encode({ turns, system: [{ type: 'text', text: 'Be kind.' }] })
  expect(body).toMatchObject({
    system: [{ text: 'Be kind.' }],
    messages: [
      { role: 'user', content: [{ type: 'text', text: '.' }] },
      { role: 'assistant', content: [{ text: 'Hi' }] },
      { role: 'user', content: [{ text: 'b' }] },
    ],
  })
  expect(dropped).toEqual([])
})
