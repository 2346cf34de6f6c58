import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { WeirError } from '../../src/core/errors.ts'
import { gemini } from '../../src/dialects/gemini/dialect.ts'
import type { GeminiRequest } from '../../src/dialects/gemini/read-request.ts'
import { hello, quirks, read } from './gemini-wire.ts'
import { bytesOf } from './splits.ts'

function codeOf(body: object | string, address = {}): string {
  try {
    read(body, address)
    return 'ok'
  } catch (error) {
    return error instanceof WeirError ? `${error.code} ${error.details.param ?? ''}`.trim() : String(error)
  }
}
const withConfig = (generationConfig: unknown) => ({ contents: hello, generationConfig })

describe('what is read', () => {
  test('the model, the verb and the form come from the address', () => {
    expect(read({ contents: hello }, { stream: true, alt: 'sse' })).toMatchObject({
      model: 'gemini-3-flash',
      stream: true,
      sse: true,
      answers: 1,
      extraOutputTokens: 0,
    })
    expect(read({ contents: hello }, { stream: true })).toMatchObject({ sse: false })
    expect(read({ contents: hello }, { stream: true, alt: 'json' })).toMatchObject({ sse: false })
    expect(codeOf({ contents: hello }, { alt: 'media' })).toBe('invalid_request alt')
    expect(codeOf({ contents: hello }, { model: '' })).toBe('invalid_request model')
  })

  test('a stream goes down as events only to a caller that asks for them', () => {
    const form = (alt?: string) =>
      gemini.streamTypeDown?.(read({ contents: hello }, { stream: true, ...(alt && { alt }) }))
    expect(form('sse')).toBeUndefined()
    expect(form()).toBe('application/json; charset=utf-8')
  })

  test.each([
    [{ maxOutputTokens: 9, candidateCount: 3, thinkingConfig: { includeThoughts: true } }],
    [{ max_output_tokens: 9, candidate_count: 3, thinking_config: { include_thoughts: true } }],
  ])('caps, answers and thoughts in either spelling: %j', (config) => {
    const expected = { outputCap: 9, answers: 3, showsThoughts: true }
    expect(read(withConfig(config))).toMatchObject(expected)
    expect(read({ contents: hello, generation_config: config })).toMatchObject(expected)
  })

  test('a model in the body must be that of the address', () => {
    for (const model of ['gemini-3-flash', 'models/gemini-3-flash'])
      expect(read({ contents: hello, model }).model).toBe('gemini-3-flash')
    for (const model of ['gemini-3-pro', 'models/', 7])
      expect(codeOf({ contents: hello, model })).toBe('invalid_request model')
  })
})

describe('what is refused', () => {
  test.each<[object, string]>([
    [{}, 'invalid_request contents'],
    [{ contents: 'hi' }, 'invalid_request contents'],
    [{ contents: ['hi'] }, 'invalid_request contents'],
    [{ contents: [{ parts: 'hi' }] }, 'invalid_request parts'],
    [withConfig([]), 'invalid_request generationConfig'],
    [withConfig({ maxOutputTokens: '9' }), 'invalid_request maxOutputTokens'],
    [withConfig({ maxOutputTokens: 0 }), 'invalid_request maxOutputTokens'],
    [withConfig({ max_output_tokens: 1.5 }), 'invalid_request maxOutputTokens'],
    [withConfig({ candidateCount: 0 }), 'invalid_request candidateCount'],
    [withConfig({ maxOutputTokens: 9, max_output_tokens: 9 }), 'invalid_request maxOutputTokens'],
    [withConfig({ MaxOutputTokens: 9 }), 'invalid_request maxOutputTokens'],
    [withConfig({ responseModalities: ['TEXT', 'IMAGE'] }), 'invalid_request responseModalities'],
    [withConfig({ response_modalities: 'AUDIO' }), 'invalid_request responseModalities'],
    [withConfig({ responseFormat: [{ image: {} }] }), 'invalid_request responseFormat'],
    [withConfig({ speechConfig: {} }), 'invalid_request speechConfig'],
    [withConfig({ image_config: {} }), 'invalid_request imageConfig'],
    [withConfig({ routingConfig: {} }), 'invalid_request routingConfig'],
    [withConfig({ model_selection_config: {} }), 'invalid_request modelSelectionConfig'],
    [{ contents: hello, generationConfig: {}, generation_config: {} }, 'invalid_request generationConfig'],
    [{ contents: hello, safetySettings: [], safety_settings: [] }, 'invalid_request safetySettings'],
    [
      { contents: hello, systemInstruction: null, system_instruction: {} },
      'invalid_request systemInstruction',
    ],
    [{ contents: hello, tool_config: {}, toolConfig: {} }, 'invalid_request toolConfig'],
    [{ contents: hello, serviceTier: 'flex' }, 'invalid_request serviceTier'],
    [{ contents: hello, service_tier: 'priority' }, 'invalid_request serviceTier'],
    [{ contents: hello, store: true }, 'invalid_request store'],
    [{ contents: hello, modelArmorConfig: {} }, 'invalid_request modelArmorConfig'],
    [{ contents: hello, cachedContent: 'cachedContents/x' }, 'not_found cachedContent'],
    [{ contents: hello, cached_content: 'cachedContents/x' }, 'not_found cachedContent'],
    [{ contents: hello, continuationToken: 'AAAA' }, 'not_found continuationToken'],
    [{ contents: hello, tools: 7 }, 'invalid_request tools'],
    [{ contents: [{ parts: [{ inlineData: {}, inline_data: {} }] }] }, 'invalid_request inlineData'],
  ])('%j', (body, code) => expect(codeOf(body)).toBe(code))

  test.each([
    'googleSearch',
    'google_search',
    'googleSearchRetrieval',
    'googleMaps',
    'fileSearch',
    'urlContext',
    'url_context',
    'codeExecution',
    'computerUse',
    'mcpServers',
    'retrieval',
    'somethingNew',
  ])('the tool %s, in a list or alone', (name) => {
    const declarations = { functionDeclarations: [{ name: 'f' }] }
    expect(codeOf({ contents: hello, tools: [declarations, { [name]: {} }] })).toBe('invalid_request tools')
    expect(codeOf({ contents: hello, tools: { [name]: {} } })).toBe('invalid_request tools')
    expect(codeOf({ contents: hello, tools: [{ ...declarations, [name]: null }] })).toBe('ok')
  })

  test.each(['"GenerationConfig"', '"generationConfi\\u0067"', '"GENERATION_CONFIG"', '"generation_Config"'])(
    'a governed name that is spelt oddly: %s',
    (name) => expect(codeOf(`{"contents":[],${name}:{}}`)).toBe('invalid_request generationConfig'),
  )

  test('a cap whose name has an escape', () =>
    expect(codeOf('{"contents":[],"generationConfig":{"maxOutput\\u0054okens":5}}')).toBe(
      'invalid_request maxOutputTokens',
    ))

  test.each([
    '{"contents":[],"generationConfig":{"maxOutputTokens":5,"maxOutputTokens":9}}',
    '{"contents":[],"contents":[]}',
    '{"contents":[]',
    '[]',
  ])('%s', (body) => expect(codeOf(body)).toMatch(/^invalid_request/))

  test('a field that only this provider sells, unless it is off', () => {
    const refusal = (body: object) => gemini.refusalFor(read({ contents: hello, ...body }), quirks)
    expect(refusal({})).toBeUndefined()
    expect(refusal({ enhancedAnswers: false })).toBeUndefined()
    expect(refusal({ enhanced_answers: true })?.details.param).toBe('enhanced_answers')
    expect(refusal({ generationConfig: { enhancedAnswers: {} } })?.code).toBe('invalid_request')
  })
})

test('what buys nothing passes', () => {
  const body = {
    contents: { role: 'user', parts: { text: 'hi' } },
    system_instruction: { parts: [{ text: 'be brief' }] },
    tools: { function_declarations: { name: 'f' } },
    safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }],
    serviceTier: 'standard',
    store: false,
    cachedContent: null,
    generationConfig: { responseModalities: ['TEXT'], responseFormat: [{ text: {} }], speechConfig: null },
    somethingNew: { deep: [1] },
  }
  expect(codeOf(body)).toBe('ok')
})

describe('whatever comes', () => {
  const name = fc.constantFrom(
    'contents',
    'parts',
    'role',
    'text',
    'inlineData',
    'fileData',
    'functionCall',
    'functionResponse',
    'tools',
    'functionDeclarations',
    'toolConfig',
    'functionCallingConfig',
    'generationConfig',
    'thinkingConfig',
    'stopSequences',
    'responseSchema',
    'systemInstruction',
    'name',
    'args',
    'thoughtSignature',
    'x',
  )
  const { body } = fc.letrec((tie) => ({
    leaf: fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
    value: fc.oneof(
      { depthSize: 'small' },
      tie('leaf'),
      tie('body'),
      fc.array(tie('value'), { maxLength: 3 }),
    ),
    body: fc.dictionary(name, tie('value'), { maxKeys: 4 }),
  }))
  const likely = fc
    .tuple(body, body)
    .map(([top, part]) => ({ contents: [{ parts: [part] }], ...(top as object) }))

  test('it is read, or refused as ours', () => {
    fc.assert(
      fc.property(fc.oneof(body, likely), (body) => {
        let request: GeminiRequest | undefined
        try {
          request = read(body as object) as GeminiRequest
          gemini.decodeCall(request)
        } catch (error) {
          expect(error).toBeInstanceOf(WeirError)
        }
        if (request) expect(request.body).toEqual(bytesOf(JSON.stringify(body)))
      }),
      { numRuns: 1000 },
    )
  })
})
