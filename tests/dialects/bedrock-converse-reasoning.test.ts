import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { efforts, type ChatCall, type ReasoningWish } from '../../src/core/chat/call.ts'
import {
  assistant,
  encode,
  hello,
  models,
  text,
  toolCall,
  toolResult,
  user,
} from './bedrock-converse-calls.ts'

const f = { kind: 'function', name: 'f' } as const

describe('thinking', () => {
  const fieldsOf = (reasoning: ReasoningWish, model: string, more: Partial<ChatCall> = {}) => {
    const { wire, dropped } = encode({ reasoning, ...more }, model)
    return { fields: wire.additionalModelRequestFields, dropped }
  }
  const thought = { type: 'reasoning', text: 'hm', seal: { by: 'anthropic', value: 's' } } as const

  test.each<[ReasoningWish, string, object | undefined]>([
    [{ effort: 'low' }, models.sonnet45, { thinking: { type: 'enabled', budget_tokens: 4096 } }],
    [{ effort: 'high' }, models.sonnet45, { thinking: { type: 'enabled', budget_tokens: 15_000 } }],
    [{ budget: 2000 }, models.sonnet4, { thinking: { type: 'enabled', budget_tokens: 2000 } }],
    [{ budget: 100 }, models.sonnet4, { thinking: { type: 'enabled', budget_tokens: 1024 } }],
    [{ budget: 50_000 }, models.sonnet4, { thinking: { type: 'enabled', budget_tokens: 15_000 } }],
    [{ effort: 'none' }, models.sonnet45, undefined],
    [{ visible: true }, models.sonnet45, undefined],
    [
      { effort: 'minimal' },
      models.opus47,
      { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } },
    ],
    [
      { effort: 'xhigh' },
      models.opus47,
      { thinking: { type: 'adaptive' }, output_config: { effort: 'xhigh' } },
    ],
    [
      { effort: 'xhigh' },
      models.opus46,
      { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
    ],
    [{ effort: 'max' }, models.opus46, { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } }],
    [
      { budget: 5000 },
      models.opus47,
      { thinking: { type: 'adaptive' }, output_config: { effort: 'medium' } },
    ],
    [{ visible: true }, models.opus47, { thinking: { type: 'adaptive', display: 'summarized' } }],
    [{ visible: false }, models.opus47, undefined],
    [
      { effort: 'high', visible: false },
      models.opus47,
      { thinking: { type: 'adaptive', display: 'omitted' }, output_config: { effort: 'high' } },
    ],
    [{ effort: 'none' }, models.opus47, { thinking: { type: 'disabled' } }],
    [{ budget: 0 }, models.opus47, { thinking: { type: 'disabled' } }],
    [{ effort: 'max' }, models.gptOss, { reasoning_effort: 'high' }],
    [{ effort: 'minimal' }, models.gptOss, { reasoning_effort: 'low' }],
    [{ effort: 'minimal' }, models.gpt5, { reasoning_effort: 'minimal' }],
    [{ effort: 'none' }, models.gpt5, { reasoning_effort: 'none' }],
    [{ effort: 'low' }, models.nova2, { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' } }],
    [{ effort: 'none' }, models.nova2, undefined],
    [{ effort: 'none' }, models.llama, undefined],
    [{ effort: 'high' }, models.r1, undefined],
  ])('%j of %s', (wish, model, fields) => {
    expect(fieldsOf(wish, model)).toEqual({ fields, dropped: [] })
  })

  test.each<[ReasoningWish, string, object | undefined]>([
    [{ effort: 'none' }, models.opus55, undefined],
    [{ effort: 'none' }, models.gptOss, undefined],
    [{ effort: 'none' }, models.r1, undefined],
    [{ effort: 'high' }, models.haiku3, undefined],
    [{ effort: 'high' }, models.llama, undefined],
    [{ effort: 'high' }, models.unknown, undefined],
    // Nova takes no cap on the output with more effort, and the cap is what is paid for.
    [
      { effort: 'high' },
      models.nova2,
      { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'medium' } },
    ],
  ])('%j of %s is named', (wish, model, fields) => {
    expect(fieldsOf(wish, model)).toEqual({ fields, dropped: ['reasoning'] })
  })

  test('that does not fit below the cap is left out', () => {
    const { wire, dropped } = encode({ reasoning: { effort: 'low' } }, models.sonnet45, { outputCap: 1200 })
    expect(wire.additionalModelRequestFields).toBeUndefined()
    expect(wire.inferenceConfig).toEqual({ maxTokens: 1200 })
    expect(dropped).toEqual(['reasoning'])
  })

  test('the cap stands whatever is wished for, and a budget is below it', () => {
    const wish = fc.record(
      {
        effort: fc.constantFrom(...efforts),
        budget: fc.integer({ min: 0, max: 100_000 }),
        visible: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    const model = fc.constantFrom(...Object.values(models))
    fc.assert(
      fc.property(wish, model, fc.integer({ min: 1, max: 64_000 }), (reasoning, model, outputCap) => {
        const { wire } = encode({ reasoning }, model, { outputCap })
        expect(wire.inferenceConfig).toEqual({ maxTokens: outputCap })
        const { thinking } = { thinking: {}, ...wire.additionalModelRequestFields } as {
          thinking: { budget_tokens?: number }
        }
        if (thinking.budget_tokens === undefined) return
        expect(thinking.budget_tokens).toBeGreaterThanOrEqual(1024)
        expect(thinking.budget_tokens).toBeLessThan(outputCap)
      }),
    )
  })

  test.each([models.sonnet45, models.opus47])('of %s is left out where a tool must be called', (model) => {
    const forced = { tools: [f], toolChoice: { mode: 'any' } } as const
    expect(fieldsOf({ effort: 'high' }, model, forced)).toEqual({ fields: undefined, dropped: ['reasoning'] })
  })

  describe('amid calls of tools', () => {
    const after = (...parts: Parameters<typeof assistant>) => ({
      tools: [f],
      turns: [hello, assistant(...parts), user(toolResult('a'))],
    })

    test('goes on where Claude’s own thoughts are there', () => {
      expect(fieldsOf({ effort: 'low' }, models.sonnet45, after(thought, toolCall('a'))).dropped).toEqual([])
    })

    test('is left out where they are missing', () => {
      expect(fieldsOf({ effort: 'low' }, models.sonnet45, after(text('a'), toolCall('a')))).toEqual({
        fields: undefined,
        dropped: ['reasoning'],
      })
    })

    test('goes on for models that think by their own measure', () => {
      expect(fieldsOf({ effort: 'low' }, models.opus47, after(toolCall('a'))).dropped).toEqual([])
    })

    test('and begins anew with the next question', () => {
      const { tools, turns } = after(toolCall('a'))
      const more = { tools, turns: [...turns, assistant(text('b')), hello] }
      expect(fieldsOf({ effort: 'low' }, models.sonnet45, more).dropped).toEqual([])
    })
  })
})
