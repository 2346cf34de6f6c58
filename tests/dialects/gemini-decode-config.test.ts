import { describe, expect, test } from 'vitest'
import { decode } from './gemini-wire.ts'

const config = (generationConfig: object) => decode({ generationConfig })

test('every wish about sampling, in either spelling', () => {
  const { sampling, stop, outputCap, answers } = config({
    maxOutputTokens: 100,
    candidateCount: 2,
    temperature: 0.3,
    top_p: 0.9,
    topK: 40,
    seed: 7,
    presence_penalty: 0.1,
    frequencyPenalty: 0.2,
    responseLogprobs: true,
    logprobs: 3,
    stop_sequences: ['a', 'b'],
  })
  expect({ sampling, stop, outputCap, answers }).toEqual({
    sampling: {
      temperature: 0.3,
      topP: 0.9,
      topK: 40,
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      topLogprobs: 3,
    },
    stop: ['a', 'b'],
    outputCap: 100,
    answers: 2,
  })
  expect(config({ responseLogprobs: true }).sampling).toEqual({ topLogprobs: 0 })
  expect(config({ logprobs: 3 }).sampling).toEqual({})
})

test.each([
  { temperature: '1' },
  { topK: [] },
  { stopSequences: [1] },
  { responseLogprobs: 1 },
  { thinkingConfig: 1 },
])('%j is refused', (generationConfig) =>
  expect(() => config(generationConfig)).toThrow(expect.objectContaining({ code: 'invalid_request' })),
)

describe('thinking', () => {
  test.each<[object, object]>([
    [{ thinkingLevel: 'MINIMAL' }, { effort: 'minimal', visible: false }],
    [
      { thinking_level: 'low', include_thoughts: true },
      { effort: 'low', visible: true },
    ],
    [{ thinkingLevel: 'THINKING_LEVEL_UNSPECIFIED' }, { visible: false }],
    [{ thinkingBudget: 0 }, { effort: 'none', visible: false }],
    [{ thinkingBudget: -1, includeThoughts: true }, { visible: true }],
    [{ thinkingBudget: 2048 }, { budget: 2048, visible: false }],
  ])('%j', (thinkingConfig, reasoning) => expect(config({ thinkingConfig }).reasoning).toEqual(reasoning))
})

describe('the format', () => {
  const schema = { type: 'object', properties: { a: { type: 'integer' } } }
  const own = { type: 'OBJECT', properties: { a: { type: 'INTEGER' } } }
  const responseMimeType = 'application/json'

  test.each<[object, object | undefined]>([
    [{ responseMimeType: 'text/plain' }, undefined],
    [{ responseMimeType }, { type: 'json' }],
    [
      { responseMimeType, responseJsonSchema: schema },
      { type: 'schema', schema, strict: true },
    ],
    [
      { response_mime_type: responseMimeType, response_schema: own },
      { type: 'schema', schema, strict: true },
    ],
    [
      { responseFormat: [{ text: { mimeType: 'APPLICATION_JSON', schema } }] },
      { type: 'schema', schema, strict: true },
    ],
    [{ responseFormat: { text: { mimeType: 'TEXT_PLAIN' } } }, undefined],
  ])('%j', (generationConfig, format) => {
    const call = config(generationConfig)
    expect(call.format).toEqual(format)
    expect(call.foreign).toEqual([])
  })

  test('of another kind is foreign', () =>
    expect(config({ responseMimeType: 'text/x.enum', responseSchema: own })).toMatchObject({
      foreign: ['responseMimeType'],
    }))
})

test('labels are for the records of the caller, and the standard tier is a tier', () => {
  expect(decode({ labels: { team: 'search' }, service_tier: 'standard' })).toMatchObject({
    metadata: { team: 'search' },
    serviceTier: 'standard',
  })
  expect(() => decode({ labels: { team: 7 } })).toThrow(/labels/)
})

test('what has no place in a call is named, once, by its name in camel case', () => {
  const { foreign } = decode({
    safety_settings: [{ category: 'x', threshold: 'OFF' }],
    somethingNew: 1,
    nothing: null,
    generationConfig: { media_resolution: 'MEDIA_RESOLUTION_LOW', audioTimestamp: true, imageConfig: null },
    toolConfig: { retrievalConfig: {}, functionCallingConfig: { streamFunctionCallArguments: true } },
    tools: [{ functionDeclarations: [{ name: 'f', response: {}, behavior: 'BLOCKING' }] }],
    contents: [
      { parts: [{ text: 'a', videoMetadata: {}, partMetadata: null }] },
      { role: 'model', parts: [{ executableCode: {} }, { codeExecutionResult: {} }, { executableCode: {} }] },
      { parts: [{ functionResponse: { name: 'f', response: {}, willContinue: true } }] },
    ],
  })
  expect(foreign.toSorted()).toEqual([
    'audioTimestamp',
    'behavior',
    'codeExecutionResult',
    'executableCode',
    'mediaResolution',
    'response',
    'retrievalConfig',
    'safetySettings',
    'somethingNew',
    'streamFunctionCallArguments',
    'videoMetadata',
    'willContinue',
  ])
})
