import { describe, expect, test } from 'vitest'
import type { Citation } from '../../src/core/chat/citation.ts'
import {
  assistant,
  encode,
  hello,
  messagesOf,
  models,
  text,
  toolCall,
  toolResult,
  user,
} from './bedrock-converse-calls.ts'

test('system prompts, turns and the cap go up, and nothing else', () => {
  const system = [{ type: 'text', text: 'Be brief' } as const]
  expect(encode({ system })).toEqual({
    wire: {
      system: [{ text: 'Be brief' }],
      messages: [{ role: 'user', content: [{ text: 'Hello' }] }],
      inferenceConfig: { maxTokens: 20_000 },
    },
    dropped: [],
  })
})

test('neighbours of the same role become one message', () => {
  const turns = [user(text('a')), user(text('b')), assistant(text('c')), assistant(text('d')), hello]
  expect(messagesOf(turns).messages).toEqual([
    { role: 'user', content: [{ text: 'a' }, { text: 'b' }] },
    { role: 'assistant', content: [{ text: 'c' }, { text: 'd' }] },
    { role: 'user', content: [{ text: 'Hello' }] },
  ])
})

test('blank text is left out, and with it a turn that has nothing else', () => {
  const turns = [user(text('a'), text(' \n')), assistant(text('  ')), user(text('b'))]
  expect(messagesOf(turns)).toEqual({
    messages: [{ role: 'user', content: [{ text: 'a' }, { text: 'b' }] }],
    dropped: [],
  })
})

test.each([
  ['nothing', []],
  ['only blank text', [user(text(' '))]],
])('a conversation that begins with %s is refused', (_, turns) => {
  expect(() => messagesOf(turns)).toThrow(
    expect.objectContaining({
      code: 'cannot_translate',
      message: expect.stringContaining('begins') as string,
    }),
  )
})

test.each([
  ['greets', [assistant(text('Hi')), hello]],
  ['greets somebody who says nothing', [user(text(' ')), assistant(text('Hi')), hello]],
])('a conversation in which the assistant %s first is one that the user began', (_, turns) => {
  const messages = [
    { role: 'user', content: [{ text: '.' }] },
    { role: 'assistant', content: [{ text: 'Hi' }] },
    { role: 'user', content: [{ text: 'Hello' }] },
  ]
  expect(messagesOf(turns)).toEqual({ messages, dropped: [] })
})

test('what the assistant is to go on from has no space at its end', () => {
  const turns = [hello, assistant(text('Once upon '), text('a time \n'))]
  expect(messagesOf(turns).messages[1]?.content).toEqual([{ text: 'Once upon ' }, { text: 'a time' }])
  expect(messagesOf([...turns, hello]).messages[1]?.content).toEqual([
    { text: 'Once upon ' },
    { text: 'a time \n' },
  ])
})

test('an instruction in mid-conversation joins the system prompt, and that is told', () => {
  const turns = [hello, { role: 'system', parts: [text('Now in French')] } as const, user(text('b'))]
  const { wire, dropped } = encode({ system: [{ type: 'text', text: 'Be brief' }], turns })
  expect(wire.system).toEqual([{ text: 'Be brief' }, { text: 'Now in French' }])
  expect(wire.messages).toHaveLength(1)
  expect(dropped).toEqual(['system_position'])
})

test('a refusal goes up as what was said, a name of a participant does not', () => {
  const turns = [{ ...hello, name: 'Ann' }, assistant({ type: 'refusal', text: 'No.' }), hello]
  expect(messagesOf(turns)).toMatchObject({
    messages: [{}, { content: [{ text: 'No.' }] }, {}],
    dropped: ['name'],
  })
})

describe('cache marks', () => {
  const marked = { type: 'text', text: 'long', cache: {} } as const
  const point = { cachePoint: { type: 'default' } }

  test('follow what they mark: in the system prompt, in turns, in tools', () => {
    const hour = { ...marked, cache: { ttl: '1h' } } as const
    const tools = [{ kind: 'function', name: 'f', cache: { ttl: '5m' } } as const]
    const { wire, dropped } = encode({ system: [marked], turns: [user(hour, text('b'))], tools })
    expect(wire.system).toEqual([{ text: 'long' }, point])
    expect(wire.messages[0]?.content).toEqual([
      { text: 'long' },
      { cachePoint: { type: 'default', ttl: '1h' } },
      { text: 'b' },
    ])
    expect(wire.toolConfig?.tools).toMatchObject([{ toolSpec: { name: 'f' } }, point])
    expect(dropped).toEqual([])
  })

  test('that would mark nothing are left out', () => {
    const blank = { ...marked, text: ' ' }
    expect(
      encode({ system: [blank], turns: [user(blank, marked, blank), assistant(blank)] }).wire,
    ).toMatchObject({
      messages: [{ role: 'user', content: [{ text: 'long' }, point] }],
    })
    expect(encode({ system: [blank] }).wire.system).toBeUndefined()
  })

  test('on calls and results, or within a result', () => {
    const result = toolResult('a', marked)
    const turns = [hello, assistant({ ...toolCall('a'), cache: {} }), user(result)]
    const { messages } = encode({ turns, tools: [{ kind: 'function', name: 'f' }] }).wire
    expect(messages[1]?.content).toMatchObject([{ toolUse: {} }, point])
    expect(messages[2]?.content).toMatchObject([{ toolResult: { content: [{ text: 'long' }] } }, point])
  })

  test('are four at most: those that come last in the prompt', () => {
    const tools = [{ kind: 'function', name: 'f', cache: {} } as const]
    const turns = [user(marked, text('b')), assistant(marked), user(marked)]
    const { wire, dropped } = encode({ system: [marked, marked], turns, tools })
    expect(wire.toolConfig?.tools).toHaveLength(1)
    expect(wire.system).toEqual([{ text: 'long' }, { text: 'long' }, point])
    expect(wire.messages.map(({ content }) => content)).toEqual([
      [{ text: 'long' }, point, { text: 'b' }],
      [{ text: 'long' }, point],
      [{ text: 'long' }, point],
    ])
    expect(dropped).toEqual(['cache_control'])
  })

  test('are named where the model has no cache', () => {
    expect(encode({ system: [marked], turns: [user(marked)] }, models.llama)).toMatchObject({
      wire: { system: [{ text: 'long' }], messages: [{ content: [{ text: 'long' }] }] },
      dropped: ['cache_control'],
    })
  })

  test('Nova has one, but not for tools', () => {
    const tools = [{ kind: 'function', name: 'f', cache: {} } as const]
    const { wire, dropped } = encode({ turns: [user(marked)], tools }, models.nova)
    expect(wire.messages[0]?.content).toEqual([{ text: 'long' }, point])
    expect(wire.toolConfig?.tools).toHaveLength(1)
    expect(dropped).toEqual(['cache_control'])
  })
})

describe('citations in what the assistant said', () => {
  const cited = (citation: Citation) => assistant({ type: 'text', text: 'so', citations: [citation] })
  const inDocument: Citation = {
    type: 'document',
    index: 1,
    title: 't',
    quote: 'q',
    unit: 'block',
    from: 0,
    to: 2,
  }

  test('go back to Claude', () => {
    expect(messagesOf([hello, cited(inDocument), hello])).toMatchObject({
      messages: [
        {},
        {
          content: [
            {
              citationsContent: {
                content: [{ text: 'so' }],
                citations: [
                  {
                    title: 't',
                    sourceContent: [{ text: 'q' }],
                    location: { documentChunk: { documentIndex: 1, start: 0, end: 2 } },
                  },
                ],
              },
            },
          ],
        },
        {},
      ],
      dropped: [],
    })
  })

  test.each<[string, Citation, string]>([
    ['of an address', { type: 'url', url: 'https://a.example' }, models.sonnet45],
    ['to another model', inDocument, models.nova],
  ])('%s are named', (_, citation, model) => {
    expect(messagesOf([hello, cited(citation), hello], model)).toMatchObject({
      messages: [{}, { content: [{ text: 'so' }] }, {}],
      dropped: ['citations'],
    })
  })
})
