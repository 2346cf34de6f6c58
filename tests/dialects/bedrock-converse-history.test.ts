import { describe, expect, test } from 'vitest'
import type { Seal } from '../../src/core/chat/seal.ts'
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

describe('calls of tools and their results', () => {
  const tools = [{ kind: 'function', name: 'f' } as const]

  test('go up with ids, input and status', () => {
    const failed = { ...toolResult('b', { type: 'text', text: 'no' }), isError: true }
    const turns = [
      hello,
      assistant(text('I look'), toolCall('a'), toolCall('b', '')),
      user(toolResult('a', { type: 'text', text: 'ok' })),
      user(failed),
      user(text('And?')),
    ]
    expect(encode({ turns, tools }).wire.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        content: [
          { text: 'I look' },
          { toolUse: { toolUseId: 'a', name: 'f', input: { x: 1 } } },
          { toolUse: { toolUseId: 'b', name: 'f', input: {} } },
        ],
      },
      {
        role: 'user',
        content: [
          { toolResult: { toolUseId: 'a', content: [{ text: 'ok' }], status: 'success' } },
          { toolResult: { toolUseId: 'b', content: [{ text: 'no' }], status: 'error' } },
          { text: 'And?' },
        ],
      },
    ])
  })

  test('results come before what else the user says', () => {
    const turns = [
      hello,
      assistant(toolCall('a')),
      user(text('b'), toolResult('a', { type: 'text', text: '\n' })),
    ]
    expect(encode({ turns, tools }).wire.messages[2]?.content).toEqual([
      { toolResult: { toolUseId: 'a', content: [{ text: '(no output)' }], status: 'success' } },
      { text: 'b' },
    ])
  })

  test.each([
    ['no JSON', 'not json', { input: 'not json' }],
    ['no object', '[1]', { input: '[1]' }],
    ['an object', '{"a":{"b":[1.5,null]}}', { a: { b: [1.5, null] } }],
    ['blank', ' ', {}],
  ])('arguments that are %s become an object', (_, args, input) => {
    const turns = [hello, assistant(toolCall('a', args)), user(toolResult('a'))]
    expect(encode({ turns, tools }).wire.messages[1]?.content).toMatchObject([{ toolUse: { input } }])
  })

  test('the input of a custom tool is put into an object', () => {
    const custom = { ...toolCall('a', '{"x":1}'), kind: 'custom' } as const
    const turns = [hello, assistant(custom), user(toolResult('a'))]
    expect(encode({ turns, tools }).wire.messages[1]?.content).toMatchObject([
      { toolUse: { input: { input: '{"x":1}' } } },
    ])
  })

  test('a status goes only to models that know it', () => {
    const turns = [
      hello,
      assistant(toolCall('abcdefghi')),
      user({ ...toolResult('abcdefghi'), isError: true }),
    ]
    const { wire, dropped } = encode({ turns, tools }, models.mistral)
    expect(wire.messages[2]?.content).toEqual([
      { toolResult: { toolUseId: 'abcdefghi', content: [{ text: '(no output)' }] } },
    ])
    expect(dropped).toEqual(['is_error'])
  })

  const idsOf = (ids: readonly string[], model?: string) => {
    const turns = [
      hello,
      assistant(...ids.map((id) => toolCall(id))),
      user(...ids.map((id) => toolResult(id))),
    ]
    const { wire } = encode({ turns, tools }, model)
    const [, calls, results] = wire.messages.map(({ content }) => JSON.stringify(content))
    const find = (text = '') => [...text.matchAll(/"toolUseId":"([^"]*)"/g)].map(([, id]) => id)
    expect(find(calls)).toEqual(find(results))
    return find(calls)
  }

  test('ids that Bedrock takes stay, others become such', () => {
    expect(idsOf(['tooluse_1', 'functions.glob:0', 'a b', 'x'.repeat(65), 'call00002'])).toEqual([
      'tooluse_1',
      'functions.glob:0',
      'call00002',
      'call00003',
      'call00004',
    ])
  })

  test('an id that was made is none that is there', () => {
    expect(idsOf(['call00002', 'call00001', 'a b', 'call00003'])).toEqual([
      'call00002',
      'call00001',
      'call00003',
      'call00004',
    ])
  })

  test('Mistral’s have nine letters and digits', () => {
    expect(idsOf(['tooluse_1', 'abcDEF123'], models.mistral)).toEqual(['call00000', 'abcDEF123'])
  })

  test('a name that Bedrock does not take is changed in the history', () => {
    const turns = [hello, assistant({ ...toolCall('a'), name: 'default_api:f' }), user(toolResult('a'))]
    expect(encode({ turns, tools }).wire.messages[1]?.content).toMatchObject([
      { toolUse: { name: 'default_api_f' } },
    ])
  })

  test('a signature of Google’s on a call is named', () => {
    const sealed = { ...toolCall('a'), seal: { by: 'google', value: 's' } } as const
    const turns = [hello, assistant(sealed), user(toolResult('a'))]
    expect(encode({ turns, tools }).dropped).toEqual(['reasoning'])
  })
})

describe('thoughts of the history', () => {
  const contentOf = (seal: Seal | undefined, model?: string) => {
    const thought = { type: 'reasoning', text: 'hm', ...(seal && { seal }) } as const
    const { messages, dropped } = messagesOf([hello, assistant(thought, text('a')), hello], model)
    return { content: messages[1]?.content, dropped }
  }

  test('go back with Anthropic’s signature', () => {
    expect(contentOf({ by: 'anthropic', value: 'Ep4B' })).toEqual({
      content: [{ reasoningContent: { reasoningText: { text: 'hm', signature: 'Ep4B' } } }, { text: 'a' }],
      dropped: [],
    })
  })

  test('go back under lock', () => {
    expect(contentOf({ by: 'anthropic', value: 'c2VjcmV0', locked: true }).content).toEqual([
      { reasoningContent: { redactedContent: 'c2VjcmV0' } },
      { text: 'a' },
    ])
  })

  test('that Bedrock’s OpenAI locked go back to OpenAI’s models there', () => {
    const seal: Seal = { by: 'openai', value: Buffer.from('rsn_1').toString('base64'), locked: true }
    expect(contentOf(seal, models.gpt5).content?.[0]).toEqual({
      reasoningContent: { redactedContent: seal.value },
    })
    expect(contentOf(seal).dropped).toEqual(['reasoning'])
    expect(contentOf({ ...seal, value: 'gAAAA' }, models.gpt5).dropped).toEqual(['reasoning'])
  })

  test.each<[string, Seal | undefined, string]>([
    ['without a seal', undefined, models.sonnet45],
    ['with another maker’s', { by: 'openai', value: 'x' }, models.sonnet45],
    ['with Anthropic’s, to a model that is not', { by: 'anthropic', value: 'x' }, models.nova2],
  ])('%s are left out, and named', (_, seal, model) => {
    expect(contentOf(seal, model)).toEqual({ content: [{ text: 'a' }], dropped: ['reasoning'] })
  })

  test('that are nothing at all are not missed', () => {
    const turns = [hello, assistant({ type: 'reasoning', text: '' }, text('a')), hello]
    expect(messagesOf(turns).dropped).toEqual([])
  })
})
