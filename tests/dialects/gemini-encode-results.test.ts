import { describe, expect, test } from 'vitest'
import type { Part, Turn } from '../../src/core/chat/call.ts'
import { encode } from './gemini-wire.ts'

const text = (text: string) => ({ type: 'text', text }) as const
const user = (...parts: Part[]): Turn => ({ role: 'user', parts })
const model = (...parts: Part[]): Turn => ({ role: 'assistant', parts })

describe('calls and results', () => {
  const call = (id: string, args = '{}', more: object = {}): Part => ({
    type: 'tool_call',
    id,
    name: `f_${id}`,
    arguments: args,
    kind: 'function',
    ...more,
  })
  const result = (callId: string, content: Part[] = [text('ok')], isError = false): Part => ({
    type: 'tool_result',
    callId,
    content: content as Extract<Part, { type: 'tool_result' }>['content'],
    isError,
    kind: 'function',
  })
  const sent = (turns: Turn[], upstream = 'gemini-2.5-flash') =>
    (encode({ turns }, upstream).body['contents'] as { parts: Record<string, unknown>[] }[]).map(
      ({ parts }) => parts,
    )

  test('results tell the names of their calls, come in their order, and before all else', () => {
    const [, parts] = sent([model(call('a'), call('b')), user(text('and?')), user(result('b'), result('a'))])
    expect(parts).toEqual([
      { functionResponse: { id: 'a', name: 'f_a', response: { output: 'ok' } } },
      { functionResponse: { id: 'b', name: 'f_b', response: { output: 'ok' } } },
      { text: 'and?' },
    ])
  })

  test('an id that is used again is that of the last call', () => {
    const again: Part = { ...(call('a') as Extract<Part, { type: 'tool_call' }>), name: 'other' }
    const parts = sent([model(call('a')), user(result('a')), model(again), user(result('a'))])
    expect(parts[3]).toMatchObject([{ functionResponse: { name: 'other' } }])
  })

  test('a result without a call is refused', () =>
    expect(() => sent([user(result('x'))])).toThrow(expect.objectContaining({ code: 'invalid_request' })))

  test.each<[string, object]>([
    ['{"t":3}', { t: 3 }],
    ['{}', {}],
    ['[3]', { output: '[3]' }],
    ['3C', { output: '3C' }],
    ['', { output: '' }],
    ['{"t":', { output: '{"t":' }],
    ['{"output":"x"}', { output: '{"output":"x"}' }],
    ['{"id":12345678901234567890}', { output: '{"id":12345678901234567890}' }],
    ['{"$ref":"a"}', { output: '{"$ref":"a"}' }],
  ])('the result %s', (said, response) =>
    expect(sent([model(call('a')), user(result('a', [text(said)]))])[1]).toMatchObject([
      { functionResponse: { response } },
    ]),
  )

  test('an error is told as one', () =>
    expect(sent([model(call('a')), user(result('a', [text('{"t":3}')], true))])[1]).toMatchObject([
      { functionResponse: { response: { error: '{"t":3}' } } },
    ]))

  test('images of a result are in it where the model takes that, else beside it', () => {
    const image: Part = { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' } }
    const turns = [model(call('a'), call('b')), user(result('a', [text('x'), image]), result('b'))]
    const inlineData = { mimeType: 'image/png', data: 'AAAA' }
    expect(sent(turns, 'gemini-3-flash')[1]).toMatchObject([
      { functionResponse: { id: 'a', response: { output: 'x' }, parts: [{ inlineData }] } },
      { functionResponse: { id: 'b' } },
    ])
    expect(sent(turns)[1]).toMatchObject([
      { functionResponse: { id: 'a' } },
      { functionResponse: { id: 'b' } },
      { inlineData },
    ])
  })

  test.each<[string, 'function' | 'custom', object]>([
    ['{"a":1}', 'function', { a: 1 }],
    ['', 'function', {}],
    ['{"a":', 'function', { input: '{"a":' }],
    ['[1]', 'function', { input: '[1]' }],
    ['ls', 'custom', { input: 'ls' }],
  ])('the arguments %s of a %s', (args, kind, expected) =>
    expect(sent([model(call('a', args, { kind }))])).toMatchObject([[{ functionCall: { args: expected } }]]),
  )

  describe('seals', () => {
    const seal = { by: 'google', value: 'Cq0B' } as const
    const skipped = 'skip_thought_signature_validator'
    const signaturesOf = (parts: Part[], upstream: string) =>
      sent([model(...parts)], upstream)[0]?.map(({ thoughtSignature }) => thoughtSignature)

    test('a call bears its own, or that of the empty thought before it', () => {
      expect(signaturesOf([call('a', '{}', { seal }), call('b')], 'gemini-3-flash')).toEqual([
        'Cq0B',
        undefined,
      ])
      const thought: Part = { type: 'reasoning', text: '', seal }
      expect(signaturesOf([text('so'), thought, call('a'), call('b')], 'gemini-2.5-pro')).toEqual([
        undefined,
        'Cq0B',
        undefined,
      ])
    })

    test('the first call of a step is signed, where the model wants that', () => {
      const parts = [text('so'), call('a'), call('b')]
      expect(signaturesOf(parts, 'gemini-3-pro-preview')).toEqual([undefined, skipped, undefined])
      expect(signaturesOf(parts, 'models/gemini-4-argon')).toEqual([undefined, skipped, undefined])
      expect(signaturesOf(parts, 'gemini-2.5-pro')).toEqual([undefined, undefined, undefined])
      const late = [call('a'), call('b', '{}', { seal })]
      expect(signaturesOf(late, 'gemini-3-flash')).toEqual([skipped, 'Cq0B'])
    })

    test('thoughts go back only under the seal of Google', () => {
      const thoughts: Part[] = [
        { type: 'reasoning', text: 'mine', seal },
        { type: 'reasoning', text: 'theirs', seal: { by: 'anthropic', value: 'x' } },
        { type: 'reasoning', text: 'whose' },
        { type: 'reasoning', text: '', seal },
        text('so'),
      ]
      const { body, dropped } = encode({ turns: [model(...thoughts)] })
      expect(body['contents']).toMatchObject([
        {
          parts: [
            { text: 'mine', thought: true, thoughtSignature: 'Cq0B' },
            { text: '', thoughtSignature: 'Cq0B' },
            { text: 'so' },
          ],
        },
      ])
      expect(dropped).toEqual(['reasoning'])
    })

    test('that of another is never sent', () => {
      const foreign = { by: 'openai', value: 'secret' } as const
      const parts = [
        call('a', '{}', { seal: foreign }),
        { type: 'reasoning', text: '', seal: foreign } as const,
      ]
      expect(JSON.stringify(encode({ turns: [model(...parts)] }).body)).not.toContain('secret')
    })
  })
})
