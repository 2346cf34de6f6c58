import { describe, expect, test } from 'vitest'
import type { Seal } from '../../src/core/chat/seal.ts'
import { packSeal } from '../../src/core/chat/seal.ts'
import type { Dialect, EncodedCall } from '../../src/core/dialect.ts'
import type { Quirks } from '../../src/core/provider.ts'
import { clientDialects } from '../../src/dialects/index.ts'
import { deepseek } from '../../providers/deepseek.ts'
import { openai } from '../../providers/openai.ts'
import { bytesOf, textOf } from './splits.ts'

/** What goes up, byte for byte, to a provider whose model did not think what the conversation holds. */

interface Aim {
  readonly model: string
  readonly quirks?: Quirks
}

function rewrite(dialect: Dialect, body: string, { model, quirks = openai.quirks }: Aim): EncodedCall {
  const request = dialect.read({ body: bytesOf(body), model })
  return dialect.rewrite(request, { org: 'acme', upstreamModel: model, outputCap: 9, quirks })
}

const google: Seal = { by: 'google', value: 'Cq0B' }
const openAi: Seal = { by: 'openai', value: 'gAAA', id: 'rs_1', locked: true }

describe('to Anthropic', () => {
  const { 'anthropic-messages': dialect } = clientDialects
  const up = (messages: string, fields = '') => {
    const body = `{"model":"claude-x","max_tokens":5,"messages":${messages}${fields}}`
    const { body: sent, dropped } = rewrite(dialect, body, { model: 'claude-x' })
    return { sent: textOf(sent), body, dropped }
  }
  const asked = '{"role":"user","content":"hi"}'
  const called = '{"type":"tool_use","id":"t","name":"f","input":{"n":12345678901234567890,"x":1.0}}'
  const answered = '{"role":"user","content":[{"type":"tool_result","tool_use_id":"t"}]}'
  const thought = (signature: string) => `{"type":"thinking","thinking":"hm","signature":"${signature}"}`
  const messages = (...blocks: string[]) =>
    `[${asked},{"role":"assistant","content":[${[...blocks, called].join(',')}]},${answered}]`

  test.each([
    ['under another maker’s seal', thought(packSeal(google))],
    ['under no seal', thought('')],
    ['that is locked by another maker', `{"type":"redacted_thinking","data":"${packSeal(openAi)}"}`],
  ])('a thought %s is left out, and all numbers stay as they were', (_, block) => {
    const { sent, dropped } = up(messages(block))
    expect(sent).toContain(`"messages":${messages()}`)
    expect(dropped).toEqual(['reasoning'])
  })

  test('a page that another cited goes back without its place, and its text stays', () => {
    const cited = (index: string) =>
      `{"type":"text","text":"a","citations":[{"type":"web_search_result_location","encrypted_index":"${index}"}]}`
    const turn = (...blocks: string[]) => `[${asked},{"role":"assistant","content":[${blocks.join(',')}]}]`
    const { sent, dropped } = up(turn(cited(''), cited('weir1.'), cited('Eo8B')))
    const plain = '{"type":"text","text":"a"}'
    expect(sent).toContain(`"messages":${turn(plain, plain, cited('Eo8B'))}`)
    expect(dropped).toEqual(['citations'])
  })

  test('a message that was nothing but such a thought is left out, too', () => {
    const { sent } = up(`[${asked},{"role":"assistant","content":[${thought('')}]},${answered}]`)
    expect(sent).toContain(`"messages":[${asked},${answered}]`)
  })

  test('its own thoughts stay, to the byte', () => {
    const own = [thought('EpoB'), '{"type" : "redacted_thinking","data":"RvB0"}']
    const { sent, body, dropped } = up(
      messages(...own),
      ',"thinking":{"type":"enabled","budget_tokens":1024}',
    )
    expect(sent).toBe(body)
    expect(dropped).toEqual([])
  })

  test('a budget of thought is given up in a loop of tools that began without thought', () => {
    const thinking = ',"thinking":{"type":"enabled","budget_tokens":1024}'
    for (const blocks of [[thought(packSeal(google))], []]) {
      const { sent, dropped } = up(messages(...blocks), thinking)
      expect(sent).toContain('"thinking":{"type":"disabled"}')
      expect(dropped).toEqual(['reasoning'])
    }
    expect(up(messages(), ',"thinking":{"type":"adaptive"}').sent).toContain('{"type":"adaptive"}')
    expect(up(`[${asked}]`, thinking).sent).toContain('"budget_tokens":1024')
  })
})

describe('in OpenAI’s chat', () => {
  const { 'openai-chat': dialect } = clientDialects
  const { quirks: takesText } = deepseek
  const takesReasoning: Quirks = { ...takesText, thoughtField: 'reasoning' }
  const ours = '{"type":"reasoning.text","signature":"s","format":"weir-v1","index":0}'
  const theirs = '{"type":"reasoning.text","text":"t","format":"other","index":0}'
  const up = (fields: string, quirks: Quirks) => {
    const message = `{"role":"assistant","content":"a"${fields}}`
    const body = `{"model":"m","max_tokens":5,"messages":[${message}]}`
    const { body: sent, dropped } = rewrite(dialect, body, { model: 'm', quirks })
    const [, said] = /"content":"a"(.*)\}\]\}$/.exec(textOf(sent)) ?? []
    return { said, dropped }
  }

  test.each([
    ['a thought', ',"reasoning_content":"hm"', openai.quirks, ''],
    ['a thought by its other name', ',"reasoning":"hm"', openai.quirks, ''],
    ['details', `,"reasoning_details":[${theirs}]`, openai.quirks, ''],
    [
      'our details',
      `,"reasoning_content":"hm","reasoning_details":[${ours}]`,
      takesText,
      ',"reasoning_content":"hm"',
    ],
    [
      'our details among others',
      `,"reasoning_details":[${ours},${theirs}]`,
      takesText,
      `,"reasoning_details":[${theirs}]`,
    ],
    [
      'Google’s seal on a call',
      ',"tool_calls":[{"id":"c","extra_content":{"google":{"thought_signature":"s"}}}]',
      takesText,
      ',"tool_calls":[{"id":"c"}]',
    ],
  ])('%s is left out where the provider does not know it', (_, ...[fields, quirks, said]) =>
    expect(up(fields, quirks)).toEqual({ said, dropped: ['reasoning'] }),
  )

  test.each([
    ['in its field', ' , "reasoning_content" : "hm"', takesText, ' , "reasoning_content" : "hm"'],
    ['in the field of others', ',"reasoning_content":"hm"', takesReasoning, ',"reasoning":"hm"'],
    ['in both', ',"reasoning_content":"hm","reasoning":"hm"', takesText, ',"reasoning_content":"hm"'],
    [
      'with others’ details',
      `,"reasoning_details": [${theirs}]`,
      takesText,
      `,"reasoning_details": [${theirs}]`,
    ],
  ])('a thought %s goes to a provider that takes it, and nothing is lost', (_, ...[fields, quirks, said]) =>
    expect(up(fields, quirks)).toEqual({ said, dropped: [] }),
  )

  test('a thought that is empty is no loss', () => {
    expect(up(',"reasoning":null', openai.quirks)).toEqual({ said: '', dropped: [] })
  })

  test('what other dialects’ callers send of a thought is told where the provider takes it', () => {
    const call = clientDialects['anthropic-messages'].decodeCall(
      clientDialects['anthropic-messages'].read({
        body: bytesOf(
          '{"model":"m","max_tokens":5,"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"E"},{"type":"text","text":"a"}]},{"role":"user","content":"b"},{"role":"assistant","content":[{"type":"thinking","thinking":"alone","signature":"E"}]}]}',
        ),
      }),
    )
    const target = { org: 'acme', upstreamModel: 'm', outputCap: 9 }
    const told = dialect.encodeCall(call, { ...target, quirks: takesText })
    expect((JSON.parse(textOf(told.body)) as { messages: unknown }).messages).toEqual([
      { role: 'assistant', reasoning_content: 'hm', content: 'a' },
      { role: 'user', content: 'b' },
    ])
    const kept = dialect.encodeCall(call, { ...target, quirks: openai.quirks })
    expect(textOf(kept.body)).not.toContain('hm')
    expect(kept.dropped).toContain('reasoning')
  })
})

describe('to Gemini', () => {
  const { gemini: dialect } = clientDialects
  const up = (parts: string, model: string) => {
    const body = `{"contents":[{"role":"user","parts":[{"text":"hi"}]},{"role":"model","parts":[${parts}]}],"generationConfig":{"maxOutputTokens":5}}`
    const { body: sent, dropped } = rewrite(dialect, body, { model })
    const [, said] = /"model","parts":\[(.*)\]\}\],"gen/.exec(textOf(sent)) ?? []
    return { said, dropped }
  }
  const foreign = btoa(packSeal(openAi))
  const call = (more = '') => `{"functionCall":{"name":"f","args":{"n":1.50}}${more}}`
  const skip = ',"thoughtSignature":"skip_thought_signature_validator"'

  test.each([
    [
      'signs the first call of a turn that nobody signed',
      call() + ',' + call(),
      call(skip) + ',' + call(),
      [],
    ],
    [
      'signs anew what another maker signed',
      call(`,"thoughtSignature":"${foreign}"`),
      call(skip),
      ['reasoning'],
    ],
    [
      'leaves out what another maker’s model thought',
      `{"text":"hm","thought":true,"thoughtSignature":"${foreign}"},{"text":"a"}`,
      '{"text":"a"}',
      ['reasoning'],
    ],
    [
      'leaves out a part that is only another maker’s seal',
      `{"text":"","thought_signature":"${foreign}"},{"text":"a"}`,
      '{"text":"a"}',
      ['reasoning'],
    ],
    [
      'keeps a text without the seal',
      `{"text":"a","thought_signature":"${foreign}"}`,
      '{"text":"a"}',
      ['reasoning'],
    ],
    ['keeps its own', call(',"thought_signature" : "Cq0B"'), call(',"thought_signature" : "Cq0B"'), []],
    ['and so does a text', '{"text" : "a"}', '{"text" : "a"}', []],
  ])('generation 3 %s', (_, ...[parts, said, dropped]) =>
    expect(up(parts, 'gemini-3-pro-preview')).toEqual({ said, dropped }),
  )

  test('models before that need no signature', () => {
    expect(up(call(), 'gemini-2.5-flash')).toEqual({ said: call(), dropped: [] })
    expect(up(call(`,"thoughtSignature":"${foreign}"`), 'gemini-2.5-flash')).toEqual({
      said: call(),
      dropped: ['reasoning'],
    })
  })

  test('a turn of which nothing is left goes, too', () => {
    const { body } = rewrite(
      dialect,
      `{"contents":{"role":"model","parts":[{"text":"","thoughtSignature":"${foreign}"}]}}`,
      { model: 'gemini-3-pro-preview' },
    )
    expect(textOf(body)).toContain('"contents":[]')
  })
})
