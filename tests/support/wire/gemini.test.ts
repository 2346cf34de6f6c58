import {
  ApiError,
  FunctionCallingConfigMode,
  type Content,
  type GenerateContentConfig,
  type Part,
} from '@google/genai'
import { expect, test } from 'vitest'
import { geminiClient, post, wireFor } from './setup.ts'

const model = 'gemini-3-pro-preview'
const contents = 'Hi'
const tools = [
  { functionDeclarations: [{ name: 'weather', parametersJsonSchema: { type: 'object' } }, { name: 'now' }] },
]
const config: GenerateContentConfig = { tools, thinkingConfig: { includeThoughts: true } }
const scene = {
  text: 'Ja, 世界 🌊',
  reasoning: { text: 'Let me see.', signature: 'c2lnbmVk' },
  calls: [
    { name: 'weather', arguments: { city: 'Zürich' } },
    { name: 'now', arguments: {} },
  ],
  usage: { input: 100, cached: 60, output: 50, reasoning: 20 },
}
const usageMetadata = {
  promptTokenCount: 100,
  cachedContentTokenCount: 60,
  candidatesTokenCount: 30,
  thoughtsTokenCount: 20,
  totalTokenCount: 150,
}
const said = [
  { text: 'Let me see.', thought: true },
  { text: 'Ja, 世界 🌊' },
  { functionCall: { name: 'weather', args: { city: 'Zürich' } }, thoughtSignature: 'c2lnbmVk' },
  { functionCall: { name: 'now' } },
]

/** Neighbouring texts of a stream as one. */
function joined(parts: readonly Part[]): Part[] {
  const whole: Part[] = []
  for (const part of parts) {
    const last = whole.at(-1)
    const isMore = last?.text !== undefined && part.text !== undefined && last.thought === part.thought
    if (isMore) last.text = `${last.text}${part.text}`
    else whole.push({ ...part })
  }
  return whole
}

test('the SDK gets the same answer whole and streamed, however it is sent', async () => {
  const wire = await wireFor('gemini')
  const { models } = geminiClient(wire)
  wire.next([scene, scene, { ...scene, crlf: true, dribble: true }])
  const whole = await models.generateContent({ model, contents, config })
  expect(whole.candidates).toMatchObject([{ content: { role: 'model', parts: said }, finishReason: 'STOP' }])
  expect(whole.usageMetadata).toMatchObject(usageMetadata)
  for (const turn of [1, 2]) {
    const parts: Part[] = []
    let last
    for await (const chunk of await models.generateContentStream({ model, contents, config })) {
      expect(chunk.usageMetadata?.promptTokenCount, `turn ${turn}`).toBe(100)
      parts.push(...(chunk.candidates?.[0]?.content?.parts ?? []))
      last = chunk
    }
    expect(joined(parts)).toMatchObject(said)
    expect(last).toMatchObject({ candidates: [{ finishReason: 'STOP' }], usageMetadata })
  }
})

test('without events the stream is one array', async () => {
  const wire = await wireFor('gemini')
  const path = `/models/${model}:streamGenerateContent`
  const body = { contents: [{ parts: [{ text: 'Hi' }] }] }
  wire.next([
    { text: 'one two three' },
    { error: { status: 503 }, errorAfter: 1 },
    { error: { status: 429 } },
  ])
  const chunks = (await (await post(wire, path, { body })).json()) as object[]
  expect(chunks.length).toBeGreaterThan(1)
  expect(chunks.at(-1)).toMatchObject({ candidates: [{ finishReason: 'STOP' }] })
  const broken = await (await post(wire, path, { body })).json()
  expect(broken).toMatchObject([{ candidates: [{}] }, { error: { code: 503, status: 'UNAVAILABLE' } }])
  const refused = await post(wire, path, { body })
  expect(refused.status).toBe(429)
  expect(await refused.json()).toMatchObject([
    { error: { status: 'RESOURCE_EXHAUSTED', details: [{ retryDelay: '1s' }] } },
  ])
})

test('a call comes back with the signature that was issued for it, or the sentinel', async () => {
  const wire = await wireFor('gemini', { issued: ['b2xk'] })
  const { models } = geminiClient(wire)
  wire.next({ calls: scene.calls })
  const { candidates } = await models.generateContent({ model, contents, config: { tools } })
  const [first, second] = candidates?.[0]?.content?.parts ?? []
  if (!first?.functionCall || !second?.functionCall) throw new Error('no calls')
  expect(second.thoughtSignature).toBeUndefined()
  const user: Content = { role: 'user', parts: [{ text: 'Hi' }] }
  const results: Content = {
    role: 'user',
    parts: [first, second].map(({ functionCall: { id, name } = {} }) => ({
      functionResponse: { ...(id && { id }), ...(name && { name }), response: { output: 1 } },
    })),
  }
  const replay = (thoughtSignature: string | undefined, asked = model) => {
    const call = { functionCall: first.functionCall, ...(thoughtSignature && { thoughtSignature }) } as Part
    const turns = [user, { role: 'model', parts: [call, second] }, results]
    return models.generateContent({ model: asked, contents: turns, config: { tools } })
  }
  for (const good of [first.thoughtSignature, 'skip_thought_signature_validator', 'b2xk']) await replay(good)
  await replay(undefined, 'gemini-2.5-flash')
  await expect(replay(undefined)).rejects.toThrow('missing a thought_signature')
  await expect(replay('bWFkZSB1cA==')).rejects.toThrow('not valid')
})

test('a signature of text stands on an empty part', async () => {
  const wire = await wireFor('gemini')
  wire.next({ text: 'Hi', reasoning: { text: 'Hm', signature: 'dGV4dA==' } })
  const answer = await geminiClient(wire).models.generateContent({ model, contents })
  expect(answer.candidates?.[0]?.content?.parts).toEqual([{ text: 'Hi', thoughtSignature: 'dGV4dA==' }])
})

test('an answer ends as the scene says, and never above the cap', async () => {
  const wire = await wireFor('gemini')
  const { models } = geminiClient(wire)
  wire.next([
    { text: 'a'.repeat(400), usage: { output: 100 } },
    { finish: 'content_filter' },
    { finish: 'content_filter', text: 'a' },
  ])
  const short = await models.generateContent({ model, contents, config: { maxOutputTokens: 10 } })
  expect(short).toMatchObject({
    candidates: [{ finishReason: 'MAX_TOKENS' }],
    usageMetadata: { candidatesTokenCount: 10 },
  })
  const blocked = await models.generateContent({ model, contents })
  expect(blocked).toMatchObject({ promptFeedback: { blockReason: 'SAFETY' } })
  expect(blocked.candidates).toBeUndefined()
  expect(await models.generateContent({ model, contents })).toMatchObject({
    candidates: [{ finishReason: 'SAFETY' }],
  })
})

test('several candidates come side by side', async () => {
  const wire = await wireFor('gemini')
  const { models } = geminiClient(wire)
  const asked = { model, contents, config: { candidateCount: 2 } }
  expect((await models.generateContent(asked)).candidates).toMatchObject([{ index: 0 }, { index: 1 }])
  const ends: (number | undefined)[] = []
  for await (const { candidates } of await models.generateContentStream(asked)) {
    for (const candidate of candidates ?? []) if (candidate.finishReason) ends.push(candidate.index)
  }
  expect(ends).toEqual([0, 1])
})

test('an answer by schema fits it', async () => {
  const wire = await wireFor('gemini')
  const { models } = geminiClient(wire)
  const responseMimeType = 'application/json'
  const text = async (config: GenerateContentConfig) =>
    (await models.generateContent({ model, contents, config })).text
  const responseSchema = { type: 'OBJECT', properties: { n: { type: 'INTEGER' } } } as never
  expect(await text({ responseMimeType, responseSchema })).toBe('{"n":1}')
  const responseJsonSchema = { $ref: '#/$defs/a', $defs: { a: { type: 'array', items: { const: 'x' } } } }
  expect(await text({ responseMimeType, responseJsonSchema })).toBe('["x"]')
})

test('errors come before the answer or in its middle', async () => {
  const wire = await wireFor('gemini')
  const { models } = geminiClient(wire)
  wire.next([{ error: { status: 503 } }, { error: { status: 503 }, errorAfter: 1 }])
  await expect(models.generateContent({ model, contents })).rejects.toMatchObject({ status: 503 })
  const reading = async () => {
    for await (const chunk of await models.generateContentStream({ model, contents }))
      expect(chunk).toBeDefined()
  }
  await expect(reading()).rejects.toBeInstanceOf(ApiError)
})

test('tokens are counted, of contents or of a whole request', async () => {
  const wire = await wireFor('gemini')
  expect((await geminiClient(wire).models.countTokens({ model, contents })).totalTokens).toBeGreaterThan(0)
  const count = async (body: object) => (await post(wire, `/models/${model}:countTokens`, { body })).json()
  const turns = [{ parts: [{ text: 'Hi' }] }]
  const system = { systemInstruction: { parts: [{ text: 'Be brief' }] } }
  const whole = { model: `models/${model}`, contents: turns, ...system }
  expect(await count({ generateContentRequest: whole })).toMatchObject({ totalTokens: expect.any(Number) })
  expect(await count({ contents: turns, ...system })).toMatchObject({ error: { status: 'INVALID_ARGUMENT' } })
})

test('keys must be right', async () => {
  const wire = await wireFor('gemini', { key: 'sk-test' })
  const body = { contents: [{ parts: [{ text: 'Hi' }] }] }
  const ask = (headers: Record<string, string>, query = '') =>
    post(wire, `/models/${model}:generateContent${query}`, { body, headers })
  expect((await ask({})).status).toBe(200)
  expect((await ask({ 'x-goog-api-key': '' })).status).toBe(403)
  expect((await ask({ 'x-goog-api-key': '' }, '?key=sk-test')).status).toBe(200)
  const refused = await ask({ 'x-goog-api-key': 'sk-other' })
  expect(refused.status).toBe(400)
  expect(await refused.json()).toMatchObject({ error: { details: [{ reason: 'API_KEY_INVALID' }] } })
})

test('the SDK forces calls in the way that is taken', async () => {
  const wire = await wireFor('gemini')
  const functionCallingConfig = { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: ['now'] }
  wire.next({ calls: [{ name: 'now', arguments: {} }] })
  const asked = { model, contents, config: { tools, toolConfig: { functionCallingConfig } } }
  expect((await geminiClient(wire).models.generateContent(asked)).functionCalls).toMatchObject([
    { name: 'now' },
  ])
})
