import type { Json } from '../../support/simulator/json.ts'
import { listAt } from '../clients/json.ts'
import { png } from '../scenes.ts'
import { pdf, set, tool, wav, type Wishes } from './wish.ts'

const { name, description, schema: parameters } = tool
const tools = [{ type: 'function', function: { name, description, parameters } }]
const call = { id: 'call_1', type: 'function', function: { name, arguments: '{"city":"Rome"}' } }

/** Puts parts in front of what the user says. */
function showing(...parts: readonly Json[]): (body: Json) => Json {
  return (body) => ({
    ...body,
    messages: listAt(body, 'messages').map((message) =>
      message.role === 'user'
        ? { ...message, content: [...parts, { type: 'text', text: message.content }] }
        : message,
    ),
  })
}

function going(...more: readonly Json[]): (body: Json) => Json {
  return (body) => ({ ...body, messages: [...listAt(body, 'messages'), ...more] })
}

function after(content: unknown): (body: Json) => Json {
  const turns = [
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: 'call_1', content },
  ]
  return (body) => ({ ...going(...turns)(body), tools })
}

const file = { filename: 'paper.pdf', file_data: `data:application/pdf;base64,${pdf}` }

export const chatWishes: Wishes = {
  temperature: set({ temperature: 0.4321 }),
  top_p: set({ top_p: 0.8765 }),
  seed: set({ seed: 77_001 }),
  presence_penalty: set({ presence_penalty: 0.123 }),
  frequency_penalty: set({ frequency_penalty: 0.234 }),
  stop: set({ stop: 'HALT' }),
  'several answers': set({ n: 2 }),
  logprobs: set({ logprobs: true, top_logprobs: 2 }),
  effort: set({ reasoning_effort: 'low' }),
  'no thought': set({ reasoning_effort: 'none' }),
  verbosity: set({ verbosity: 'low' }),
  'any JSON': (body) => ({
    ...going({ role: 'user', content: 'Answer in JSON.' })(body),
    response_format: { type: 'json_object' },
  }),
  'a tool must be called': set({ tools, tool_choice: 'required' }),
  'this tool must be called': set({ tools, tool_choice: { type: 'function', function: { name } } }),
  'no tool': set({ tools, tool_choice: 'none' }),
  'one tool at a time': set({ tools, parallel_tool_calls: false }),
  'strict tools': set({ tools: [{ type: 'function', function: { name, parameters, strict: true } }] }),
  'a tool of free text': set({ tools: [{ type: 'custom', custom: { name: 'shell', description } }] }),
  'an end user': set({ user: 'someone-77' }),
  'a cache key': set({ prompt_cache_key: 'prefix-77' }),
  metadata: set({ metadata: { team: 'team-77' } }),
  'the standard tier': set({ service_tier: 'default' }),
  'an image by address': showing({
    type: 'image_url',
    image_url: { url: 'https://example.com/dot.png' },
  }),
  'a PDF': showing({ type: 'file', file }),
  audio: showing({ type: 'input_audio', input_audio: { data: wav, format: 'wav' } }),
  'a tool that shows an image': after([
    { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
  ]),
  'an instruction midway': going(
    { role: 'assistant', content: 'A dam.' },
    { role: 'system', content: 'Now in French.' },
    { role: 'user', content: 'Again.' },
  ),
  'the beginning of the answer': going({ role: 'assistant', content: 'It is' }),
  logit_bias: set({ logit_bias: { '50256': -100 } }),
}
