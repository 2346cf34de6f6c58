import { describe, expect, test } from 'vitest'
import { assemble } from '../../src/core/chat/assemble.ts'
import { ChatStreamDecoder } from '../../src/dialects/openai-chat/decode-stream.ts'
import { begun, chunk, done } from './chat-chunks.ts'
import { bytesOf } from './splits.ts'

function decode(stream: string) {
  const decoder = new ChatStreamDecoder()
  return [...decoder.push(bytesOf(stream)), ...decoder.rest()]
}

describe('calls of tools', () => {
  const calls = (...deltas: object[]) => {
    const stream =
      begun + deltas.map((delta) => chunk({ tool_calls: [delta] })).join('') + chunk({}, 0, 'stop')
    const { blocks, finish } = assemble(decode(stream + done))
    expect(finish).toBe('tool_calls')
    return blocks.map((block) =>
      block.type === 'tool_call' ? [block.id, block.name, block.arguments] : block,
    )
  }
  const named = (name: string, text: unknown = '') => ({ function: { name, arguments: text } })
  const bare = (text: string) => ({ function: { arguments: text } })

  test.each<[string, object[], unknown[]]>([
    [
      'side by side',
      [
        { index: 0, id: 'a', ...named('f') },
        { index: 1, id: 'b', ...named('g') },
        { index: 0, ...bare('{"x"') },
        { index: 1, ...bare('{}') },
        { index: 0, ...bare(':1}') },
      ],
      [
        ['a', 'f', '{"x":1}'],
        ['b', 'g', '{}'],
      ],
    ],
    [
      'whole, without indexes',
      [
        { id: 'a', ...named('f', '{}') },
        { id: 'b', ...named('g', '{}') },
      ],
      [
        ['a', 'f', '{}'],
        ['b', 'g', '{}'],
      ],
    ],
    [
      'bit by bit, without indexes',
      [{ id: 'a', ...named('f') }, bare('{'), bare('}'), { id: 'b', ...named('g', '{') }, bare('}')],
      [
        ['a', 'f', '{}'],
        ['b', 'g', '{}'],
      ],
    ],
    [
      'whose id is repeated',
      [
        { index: 0, id: 'a', ...named('f') },
        { index: 0, id: 'a', ...named('f', '{') },
        { index: 0, id: 'a', ...bare('}') },
      ],
      [['a', 'f', '{}']],
    ],
    [
      'whose id comes anew each time',
      [
        { index: 0, id: 'a', ...named('f', '{') },
        { index: 0, id: 'b', ...bare('}') },
      ],
      [['a', 'f', '{}']],
    ],
    [
      'that all have the same index',
      [
        { index: 0, id: 'a', ...named('f', '{}') },
        { index: 0, id: 'b', ...named('g', '{') },
        { index: 0, ...bare('}') },
      ],
      [
        ['a', 'f', '{}'],
        ['b', 'g', '{}'],
      ],
    ],
    [
      'that all have the same index and an empty id',
      [
        { index: 0, id: '', ...named('f', '{}') },
        { index: 0, id: '', ...named('g', '{}') },
      ],
      [
        ['call_chatcmpl1_0', 'f', '{}'],
        ['call_chatcmpl1_1', 'g', '{}'],
      ],
    ],
    [
      'whose arguments are an object',
      [{ index: 0, id: 'a', ...named('f', { x: 1 }) }],
      [['a', 'f', '{"x":1}']],
    ],
    [
      'whose name comes late',
      [
        { index: 0, id: 'a' },
        { index: 0, ...bare('{') },
        { index: 0, ...named('f', '}') },
      ],
      [['a', 'f', '{}']],
    ],
    [
      'of a custom tool',
      [
        { index: 0, id: 'a', type: 'custom', custom: { name: 'g', input: 'r' } },
        { index: 0, custom: { input: 'aw' } },
      ],
      [['a', 'g', 'raw']],
    ],
  ])('%s', (_, deltas, expected) => expect(calls(...deltas)).toEqual(expected))

  test('that never get a name are none', () => {
    const stream = begun + chunk({ tool_calls: [{ index: 0, id: 'a' }] }) + chunk({}, 0, 'stop')
    expect(assemble(decode(stream))).toMatchObject({ blocks: [], finish: 'stop' })
  })

  test('by the old name are told bit by bit', () => {
    const stream =
      begun +
      chunk({ function_call: { name: 'f', arguments: '' } }) +
      chunk({ function_call: { arguments: '{}' } }) +
      chunk({}, 0, 'function_call')
    expect(assemble(decode(stream))).toMatchObject({
      blocks: [{ id: 'call_chatcmpl1_0', name: 'f', arguments: '{}' }],
      finish: 'tool_calls',
    })
  })

  test('that are whole end where the next begins, so that nothing has to wait', () => {
    const call = (index: number) => chunk({ tool_calls: [{ index, id: `c${index}`, ...named('f', '{}') }] })
    const events = decode(begun + call(0) + call(1))
    expect(events.filter(({ type }) => type.startsWith('block')).map(({ type }) => type)).toEqual([
      'block',
      'block_end',
      'block',
    ])
  })
})
