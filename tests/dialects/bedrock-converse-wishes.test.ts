import { describe, expect, test } from 'vitest'
import type { ChatCall } from '../../src/core/chat/call.ts'
import { encode, models } from './bedrock-converse-calls.ts'

describe('sampling', () => {
  const samplingOf = (call: Partial<ChatCall>, model?: string) => {
    const { wire, dropped } = encode(call, model, { outputCap: 9000 })
    const { maxTokens, ...inference } = wire.inferenceConfig as { maxTokens: number }
    expect(maxTokens).toBe(9000)
    return { inference, fields: wire.additionalModelRequestFields, dropped }
  }

  test('goes up in Bedrock’s words, what is the model’s own in its own', () => {
    const sampling = { temperature: 0.2, topP: 0.9, topK: 5 }
    const inference = { temperature: 0.2, topP: 0.9, stopSequences: ['END'] }
    expect(samplingOf({ sampling, stop: ['END', ''] }, models.haiku3)).toEqual({
      inference,
      fields: { top_k: 5 },
      dropped: [],
    })
    expect(samplingOf({ sampling, stop: ['END'] }, models.nova)).toEqual({
      inference,
      fields: { inferenceConfig: { topK: 5 } },
      dropped: [],
    })
    expect(samplingOf({ sampling, stop: ['END'] }, models.llama).dropped).toEqual(['top_k'])
  })

  test.each([
    [1.7, 1, ['temperature']],
    [-1, 0, ['temperature']],
    [1, 1, []],
    [0, 0, []],
  ])('a temperature of %d is %d', (temperature, clamped, dropped) => {
    expect(samplingOf({ sampling: { temperature } })).toMatchObject({
      inference: { temperature: clamped },
      dropped,
    })
  })

  test('temperature goes before top_p where the model takes one of them', () => {
    expect(samplingOf({ sampling: { temperature: 0.2, topP: 0.9 } })).toMatchObject({
      inference: { temperature: 0.2 },
      dropped: ['top_p'],
    })
    expect(samplingOf({ sampling: { temperature: 0.2, topP: 1 } }).dropped).toEqual([])
    expect(samplingOf({ sampling: { topP: 0.9 } }).inference).toEqual({ topP: 0.9 })
  })

  test.each([
    ['a Claude that thinks', models.haiku3.replace('3-haiku', 'sonnet-4'), { effort: 'low' } as const],
    ['the newest Claude', models.opus47, undefined],
    ['a Claude that nobody knows yet', 'anthropic.claude-opus-7-v1', undefined],
  ])('%s takes none', (_, model, reasoning) => {
    const wish = reasoning && { reasoning }
    expect(samplingOf({ ...wish, sampling: { temperature: 0.2, topP: 0.9, topK: 5 } }, model)).toMatchObject({
      inference: {},
      dropped: ['temperature', 'top_p', 'top_k'],
    })
    expect(samplingOf({ ...wish, sampling: { temperature: 1, topP: 1 } }, model)).toMatchObject({
      inference: {},
      dropped: [],
    })
  })

  test('OpenAI’s models on Bedrock take neither sampling nor stops', () => {
    expect(samplingOf({ sampling: { temperature: 0.2 }, stop: ['END'] }, models.gpt5)).toEqual({
      inference: {},
      fields: undefined,
      dropped: ['stop', 'temperature'],
    })
  })

  test('which stop sequence was met is asked for of Claude', () => {
    const paths = (model: string) => encode({ stop: ['END'] }, model).wire.additionalModelResponseFieldPaths
    expect(paths(models.sonnet45)).toEqual(['/stop_sequence', '/delta/stop_sequence'])
    expect(paths(models.nova)).toBeUndefined()
    expect(encode({}).wire.additionalModelResponseFieldPaths).toBeUndefined()
  })

  test('what Bedrock has no field for is named', () => {
    const sampling = { seed: 1, presencePenalty: 1, frequencyPenalty: 1, topLogprobs: 0 }
    const rest = { answers: 2, verbosity: 'low', cacheKey: 'k', serviceTier: 'priority' } as const
    expect(samplingOf({ sampling, ...rest }).dropped).toEqual([
      'seed',
      'presence_penalty',
      'frequency_penalty',
      'logprobs',
      'n',
      'verbosity',
      'prompt_cache_key',
      'service_tier',
    ])
    const plain = { sampling: { presencePenalty: 0, frequencyPenalty: 0 }, serviceTier: 'standard' }
    expect(samplingOf(plain).dropped).toEqual([])
  })
})

describe('the form of the answer', () => {
  const schema = {
    type: 'object',
    properties: { minimum: { type: 'number', minimum: 1 }, a: { oneOf: [{ type: 'string', pattern: 'x' }] } },
    required: ['a'],
  }
  const format = { type: 'schema', schema, name: 'n', description: 'd', strict: true } as const
  const wireFormat = (json: object) => ({
    textFormat: {
      type: 'json_schema',
      structure: { jsonSchema: { schema: JSON.stringify(json), name: 'n', description: 'd' } },
    },
  })

  test('is a schema’s where the model can be held to one', () => {
    const { wire, dropped } = encode({ format }, models.gptOss)
    expect(wire.outputConfig).toEqual(wireFormat(schema))
    expect(dropped).toEqual([])
  })

  test('is as much of it as Claude can be held to', () => {
    const { wire, dropped } = encode({ format })
    expect(wire.outputConfig).toEqual(
      wireFormat({
        type: 'object',
        properties: { minimum: { type: 'number' }, a: { anyOf: [{ type: 'string' }] } },
        required: ['a'],
        additionalProperties: false,
      }),
    )
    expect(dropped).toEqual(['json_schema'])
  })

  test.each([models.opus47, models.sonnet4, models.nova, models.unknown])(
    'is asked for in words of %s, and that is told',
    (model) => {
      const { wire, dropped } = encode({ format, system: [{ type: 'text', text: 'Be brief' }] }, model)
      expect(wire.outputConfig).toBeUndefined()
      expect(wire.system).toEqual([
        { text: 'Be brief' },
        { text: expect.stringContaining(JSON.stringify(schema)) as string },
      ])
      expect(dropped).toEqual(['json_schema'])
    },
  )

  test('JSON of any form is asked for in words', () => {
    const { wire, dropped } = encode({ format: { type: 'json' } })
    expect(wire.system).toEqual([{ text: expect.stringContaining('JSON') as string }])
    expect(dropped).toEqual(['json_object'])
  })
})

describe('metadata', () => {
  const metadataOf = (call: Partial<ChatCall>) => {
    const { wire, dropped } = encode(call)
    return { metadata: wire.requestMetadata, dropped }
  }

  test('goes up, with the end user as the org’s own', () => {
    expect(metadataOf({ metadata: { team: 'search' }, endUser: 'ann@a.example' })).toEqual({
      metadata: { end_user: 'acme:ann@a.example', team: 'search' },
      dropped: [],
    })
  })

  test('that Bedrock does not take is named', () => {
    expect(metadataOf({ metadata: { a: 'é', b: 'ok', ['c'.repeat(257)]: 'd' }, endUser: 'Zoë' })).toEqual({
      metadata: { b: 'ok' },
      dropped: ['end_user', 'metadata'],
    })
  })

  test('does not pass for an end user', () => {
    expect(metadataOf({ metadata: { end_user: 'other:ann' } })).toEqual({
      metadata: undefined,
      dropped: ['metadata'],
    })
  })

  test('is of sixteen pairs at most', () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, 'v']))
    const { metadata, dropped } = metadataOf({ metadata: many, endUser: 'ann' })
    expect(Object.keys(metadata ?? {})).toHaveLength(16)
    expect(dropped).toEqual(['metadata'])
  })
})
