import type { Json } from '../../support/simulator/json.ts'
import { listAt, objectAt } from '../clients/json.ts'
import { mp4, pdf, set, tool, wav, type Wishes } from './wish.ts'

const { name, description, schema: parametersJsonSchema } = tool
const tools = [{ functionDeclarations: [{ name, description, parametersJsonSchema }] }]

function configured(fields: Json): (body: Json) => Json {
  return (body) => ({ ...body, generationConfig: { ...objectAt(body, 'generationConfig'), ...fields } })
}

/** Puts parts in front of what the user says. */
function showing(...parts: readonly Json[]): (body: Json) => Json {
  return (body) => ({
    ...body,
    contents: listAt(body, 'contents').map((content) => ({
      ...content,
      parts: [...parts, ...listAt(content, 'parts')],
    })),
  })
}

function going(...more: readonly Json[]): (body: Json) => Json {
  return (body) => ({ ...body, contents: [...listAt(body, 'contents'), ...more] })
}

function choosing(functionCallingConfig: Json): (body: Json) => Json {
  return set({ tools, toolConfig: { functionCallingConfig } })
}

function inline(mimeType: string, data: string): Json {
  return { inlineData: { mimeType, data } }
}

const turns = [
  {
    role: 'model',
    parts: [
      {
        functionCall: { name, args: { city: 'Rome' } },
        thoughtSignature: 'skip_thought_signature_validator',
      },
    ],
  },
  { role: 'user', parts: [{ functionResponse: { name, response: { error: 'It broke.' } } }] },
]

export const geminiWishes: Wishes = {
  temperature: configured({ temperature: 0.4321 }),
  top_p: configured({ topP: 0.8765 }),
  top_k: configured({ topK: 37 }),
  seed: configured({ seed: 77_001 }),
  presence_penalty: configured({ presencePenalty: 0.123 }),
  frequency_penalty: configured({ frequencyPenalty: 0.234 }),
  stop: configured({ stopSequences: ['HALT'] }),
  'several answers': configured({ candidateCount: 2 }),
  logprobs: configured({ responseLogprobs: true, logprobs: 2 }),
  effort: configured({ thinkingConfig: { thinkingBudget: 2048 } }),
  'no thought': configured({ thinkingConfig: { thinkingBudget: 0 } }),
  'any JSON': configured({ responseMimeType: 'application/json' }),
  'a tool must be called': choosing({ mode: 'ANY' }),
  'this tool must be called': choosing({ mode: 'ANY', allowedFunctionNames: [name] }),
  'no tool': choosing({ mode: 'NONE' }),
  metadata: set({ labels: { team: 'team-77' } }),
  'an image by address': showing({
    fileData: { mimeType: 'image/png', fileUri: 'https://example.com/dot.png' },
  }),
  'a PDF': showing(inline('application/pdf', pdf)),
  'a PDF by address': showing({
    fileData: { mimeType: 'application/pdf', fileUri: 'https://example.com/paper.pdf' },
  }),
  audio: showing(inline('audio/wav', wav)),
  video: showing(inline('video/mp4', mp4)),
  'a tool that failed': (body) => ({ ...going(...turns)(body), tools }),
  'the beginning of the answer': going({ role: 'model', parts: [{ text: 'It is' }] }),
  'safety settings': set({
    safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
  }),
}
