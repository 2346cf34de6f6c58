import { describe, expect, test } from 'vitest'
import type { ChatCall, Effort, Part, ReasoningWish } from '../../src/core/chat/call.ts'
import { encode, plain } from './anthropic-calls.ts'

type More = Partial<ChatCall> & { readonly cap?: number }

describe('thought', () => {
  const think = (reasoning: ReasoningWish, model: string, { cap = 20_000, ...more }: More = {}) => {
    const { body, dropped } = encode({ reasoning, ...more }, { model, cap })
    return {
      thinking: body['thinking'],
      effort: (body['output_config'] as { effort?: string })?.effort,
      dropped,
    }
  }

  interface Case {
    readonly model: string
    readonly wish: Effort
    readonly thinking?: object
    readonly effort?: string
    readonly dropped?: readonly string[]
  }
  const adaptive = { type: 'adaptive' }
  const budget = (budget_tokens: number) => ({ type: 'enabled', budget_tokens })

  test.each<Case>([
    { model: 'claude-opus-5', wish: 'high', thinking: adaptive, effort: 'high' },
    { model: 'claude-opus-5', wish: 'minimal', thinking: adaptive, effort: 'low' },
    { model: 'claude-opus-5', wish: 'max', thinking: adaptive, effort: 'max' },
    { model: 'anthropic/claude-opus-4.6', wish: 'xhigh', thinking: adaptive, effort: 'high' },
    { model: 'us.anthropic.claude-sonnet-4-6-v1:0', wish: 'max', thinking: adaptive, effort: 'max' },
    { model: 'claude-opus-9', wish: 'xhigh', thinking: adaptive, effort: 'xhigh' },
    { model: 'claude-sonnet-4-5@20250929', wish: 'low', thinking: budget(4_096) },
    { model: 'claude-sonnet-4-20250514', wish: 'max', thinking: budget(18_976) },
    { model: 'kimi-k3', wish: 'medium', thinking: budget(8_192) },
    { model: 'claude-3-5-haiku-20241022', wish: 'low', dropped: ['reasoning'] },
    { model: 'claude-opus-5', wish: 'none', thinking: { type: 'disabled' } },
    { model: 'claude-sonnet-4-5', wish: 'none', thinking: { type: 'disabled' } },
    { model: 'claude-sonnet-5-5', wish: 'none', thinking: { type: 'between_tools' }, dropped: ['reasoning'] },
    { model: 'claude-opus-5-5', wish: 'none', effort: 'low', dropped: ['reasoning'] },
    { model: 'claude-opus-9', wish: 'none', effort: 'low', dropped: ['reasoning'] },
    { model: 'claude-3-haiku', wish: 'none' },
    { model: 'claude-fable-5-20260801', wish: 'none', effort: 'low', dropped: ['reasoning'] },
    { model: 'claude-haiku-5-5', wish: 'none', thinking: { type: 'disabled' } },
  ])('of $model with effort $wish', ({ model, wish, thinking, effort, dropped = [] }) => {
    expect(think({ effort: wish }, model)).toEqual({ thinking, effort, dropped })
  })

  test('has a budget where the model knows that, else an effort like it', () => {
    expect(think({ budget: 3_000, visible: true }, 'claude-sonnet-4-6').thinking).toEqual({
      type: 'enabled',
      budget_tokens: 3_000,
      display: 'summarized',
    })
    expect(think({ budget: 3_000, visible: true }, 'claude-opus-4-1').thinking).toEqual({
      type: 'enabled',
      budget_tokens: 3_000,
    })
    expect(think({ budget: 6_000, visible: false }, 'claude-opus-5')).toEqual({
      thinking: { type: 'adaptive', display: 'omitted' },
      effort: 'medium',
      dropped: ['reasoning_budget'],
    })
    expect(think({ budget: 0 }, 'claude-opus-5').thinking).toEqual({ type: 'disabled' })
    expect(think({ visible: true }, 'claude-opus-5')).toEqual({
      thinking: { type: 'adaptive', display: 'summarized' },
      effort: undefined,
      dropped: [],
    })
  })

  test.each([
    [100_000, 20_000, 18_976],
    [500, 20_000, 1_024],
    [100_000, 2_000, 1_500],
    [100_000, 1_366, 1_024],
  ])('for a budget of %i below a cap of %i has %i', (budget, cap, tokens) => {
    expect(think({ budget }, 'claude-opus-4-5', { cap }).thinking).toEqual({
      type: 'enabled',
      budget_tokens: tokens,
    })
  })

  test('is left out where it does not fit below the cap', () => {
    expect(think({ effort: 'high' }, 'claude-opus-4-5', { cap: 1_300 })).toMatchObject({
      thinking: undefined,
      dropped: ['reasoning'],
    })
  })

  test('is left out where a tool is called by force', () => {
    const forced = { tools: [{ kind: 'function', name: 'f' }], toolChoice: { mode: 'any' } } as const
    expect(think({ effort: 'high' }, 'claude-opus-4-5', forced)).toMatchObject({
      thinking: undefined,
      dropped: ['reasoning'],
    })
    expect(think({ effort: 'high' }, 'claude-opus-5', forced)).toEqual({
      thinking: undefined,
      effort: 'high',
      dropped: ['reasoning'],
    })
  })

  const history = (...parts: Part[]): Partial<ChatCall> => ({
    turns: [
      { role: 'user', parts: [{ type: 'text', text: 'a' }] },
      { role: 'assistant', parts },
      {
        role: 'user',
        parts: [{ type: 'tool_result', callId: 'x', content: [], isError: false, kind: 'function' }],
      },
    ],
  })
  const call: Part = { type: 'tool_call', id: 'x', name: 'f', arguments: '{}', kind: 'function' }
  const thought: Part = { type: 'reasoning', text: 'Hm.', seal: { by: 'anthropic', value: 'EqQB' } }
  const foreign: Part = { type: 'reasoning', text: 'Hm.', seal: { by: 'openai', value: 'x' } }

  test('with a budget goes on only after a sealed one', () => {
    expect(think({ effort: 'low' }, 'claude-opus-4-5', history(thought, call))).toMatchObject({ dropped: [] })
    for (const parts of [[call], [foreign, call]])
      expect(think({ effort: 'low' }, 'claude-opus-4-5', history(...parts))).toMatchObject({
        thinking: undefined,
        dropped: ['reasoning'],
      })
    expect(think({ effort: 'low' }, 'claude-opus-5', history(call))).toMatchObject({
      thinking: { type: 'adaptive' },
      dropped: [],
    })
  })

  test('with a budget does not go on from what the assistant was saying', () => {
    const turns = [
      ...plain.turns,
      { role: 'assistant' as const, parts: [{ type: 'text' as const, text: 'So' }] },
    ]
    expect(think({ effort: 'low' }, 'claude-opus-4-5', { turns })).toMatchObject({ dropped: ['reasoning'] })
  })

  test('leaves no choice of chance', () => {
    const { body, dropped } = encode(
      { reasoning: { effort: 'low' }, sampling: { temperature: 0.2, topK: 3 } },
      { model: 'claude-opus-4-5', cap: 9_000 },
    )
    expect(body).not.toHaveProperty('temperature')
    expect(dropped).toEqual(['temperature', 'top_k'])
  })
})
