import { describe, expect, test } from 'vitest'
import { effortIn, translate, upstreams, type Fields } from './openai-upstream.ts'

const budget = (thinkingBudget: number) => ({ generationConfig: { thinkingConfig: { thinkingBudget } } })

describe.each(upstreams)('a wish for thought in %s', (to) => {
  test.each(['gpt-4.1', 'gpt-4o-mini-2024-07-18', 'openai/gpt-4o', 'gpt-5-chat-latest', 'chatgpt-4o-latest'])(
    'is left out for %s, which does not think',
    (model) => {
      const messages = translate('anthropic-messages', to, model)
      const none = [
        messages({ thinking: { type: 'disabled' } }),
        translate('gemini', to, model)(budget(0)),
        translate('openai-chat', to, model)({ reasoning_effort: 'none' }),
      ]
      const real = [
        messages({ thinking: { type: 'enabled', budget_tokens: 1024 } }),
        messages({ thinking: { type: 'adaptive' } }),
        messages({ thinking: { type: 'adaptive' }, output_config: { effort: 'low' } }),
        translate('gemini', to, model)(budget(2048)),
      ]
      for (const { body } of [...none, ...real]) {
        expect(body).not.toHaveProperty('reasoning')
        expect(body).not.toHaveProperty('reasoning_effort')
        expect(body).not.toHaveProperty('include')
      }
      for (const { dropped } of none) expect(dropped).toEqual([])
      for (const { dropped } of real) expect(dropped).toEqual(['reasoning'])
    },
  )

  test.each([
    ['gpt-5', 'none', 'minimal', ['reasoning']],
    ['gpt-5-mini-2025-08-07', 'max', 'high', []],
    ['gpt-5', 'minimal', 'minimal', []],
    ['gpt-5-pro', 'low', 'high', []],
    ['gpt-5-codex', 'minimal', 'low', []],
    ['o3', 'none', 'low', ['reasoning']],
    ['o4-mini-2025-04-16', 'minimal', 'low', []],
    ['o1', 'xhigh', 'high', []],
    ['gpt-5.1', 'none', 'none', []],
    ['gpt-5.1', 'minimal', 'low', []],
    ['gpt-5.1', 'xhigh', 'high', []],
    ['gpt-5.1-codex-max', 'xhigh', 'xhigh', []],
    ['gpt-5.2', 'max', 'xhigh', []],
    ['gpt-5.2-pro', 'none', 'medium', ['reasoning']],
    ['gpt-5.4-mini', 'minimal', 'low', []],
    ['gpt-5.6', 'max', 'max', []],
    ['gpt-5.10', 'max', 'max', []],
    ['gpt-6', 'minimal', 'low', []],
    // Who made these, and what they take, is not known.
    ['gpt-oss-120b', 'minimal', 'minimal', []],
    ['deepseek-chat', 'none', 'none', []],
    ['qwen3-max', 'max', 'max', []],
  ])('for %s: %s is %s', (...[model, wanted, effort, dropped]) => {
    const sent = translate('anthropic-messages', to, model)({ output_config: { effort: wanted } })
    expect([effortIn(sent.body), sent.dropped]).toEqual([effort, dropped])
  })
})

describe.each(upstreams)('sampling in %s', (to) => {
  const kept = ({ body }: { readonly body: Fields }) =>
    ['temperature', 'top_p', 'presence_penalty', 'frequency_penalty', 'logprobs', 'top_logprobs'].filter(
      (name) => name in body,
    )
  const odd = {
    generationConfig: {
      temperature: 0,
      topP: 0.5,
      presencePenalty: 1,
      frequencyPenalty: 1,
      responseLogprobs: true,
      logprobs: 2,
    },
  }

  test.each(['gpt-5', 'gpt-5-nano', 'o3', 'o4-mini', 'gpt-5-codex', 'gpt-5.2-pro'])(
    'is left out and named for %s, which always thinks',
    (model) => {
      const sent = translate('gemini', to, model)(odd)
      expect(kept(sent)).toEqual([])
      expect(sent.body).not.toHaveProperty(
        'include',
        expect.arrayContaining(['message.output_text.logprobs']),
      )
      expect(sent.dropped.toSorted()).toEqual([
        'frequency_penalty',
        'logprobs',
        'presence_penalty',
        'temperature',
        'top_p',
      ])
      expect(translate('anthropic-messages', to, model)({ temperature: 0 }).dropped).toEqual(['temperature'])
    },
  )

  test('that says no more than what holds anyway is left out, and not named', () => {
    const { body, dropped } = translate(
      'gemini',
      to,
      'gpt-5',
    )({
      generationConfig: { temperature: 1, topP: 1, presencePenalty: 0, frequencyPenalty: 0 },
    })
    expect([kept({ body }), dropped]).toEqual([[], []])
  })

  test('goes to gpt-5.2 where it does not think, and only there', () => {
    const sent = translate('anthropic-messages', to, 'gpt-5.2')
    const tight = { temperature: 0.5, top_p: 0.5 }
    for (const thought of [{}, { thinking: { type: 'disabled' } }]) {
      const { body, dropped } = sent({ ...tight, ...thought })
      expect(body).toMatchObject(tight)
      expect(dropped).toEqual([])
    }
    const { body, dropped } = sent({ ...tight, output_config: { effort: 'high' } })
    expect([kept({ body }), dropped]).toEqual([[], ['temperature', 'top_p']])
  })

  test.each(['gpt-4.1', 'gpt-oss-120b', 'deepseek-reasoner'])('goes to %s as it is', (model) => {
    const { body, dropped } = translate('anthropic-messages', to, model)({ temperature: 0.5 })
    expect(body).toMatchObject({ temperature: 0.5 })
    expect(dropped).toEqual([])
  })
})

test.each([
  ['o3', ['stop']],
  ['o4-mini', ['stop']],
  ['gpt-5', ['stop']],
  ['gpt-5.2', ['stop']],
  ['gpt-4.1', []],
  ['deepseek-chat', []],
])('a chat call to %s says where to stop, unless the model refuses that', (model, lost) => {
  const { body, dropped } = translate('anthropic-messages', 'openai-chat', model)({ stop_sequences: ['X'] })
  expect(dropped).toEqual(lost)
  expect('stop' in body).toBe(lost.length === 0)
})

describe('thought under lock is asked for', () => {
  const includeOf = (model: string, fields: Fields = {}) =>
    translate('openai-chat', 'openai-responses', model)(fields).body['include']

  test.each(['gpt-5', 'gpt-5.2', 'o3', 'gpt-5-mini', 'my-own-model'])(
    'of %s although no effort is named',
    (model) => {
      expect(includeOf(model)).toEqual(['reasoning.encrypted_content'])
      expect(includeOf(model, { reasoning_effort: 'low' })).toEqual(['reasoning.encrypted_content'])
    },
  )

  test('but not of a model that does not think, or is not to', () => {
    expect(includeOf('gpt-4.1')).toBeUndefined()
    expect(includeOf('deepseek-chat')).toBeUndefined()
    expect(includeOf('gpt-5.2', { reasoning_effort: 'none' })).toBeUndefined()
    // It cannot be kept from it.
    expect(includeOf('gpt-5', { reasoning_effort: 'none' })).toEqual(['reasoning.encrypted_content'])
  })
})
