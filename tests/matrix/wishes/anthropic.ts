import type { Json } from '../../support/simulator/json.ts'
import { listAt } from '../clients/json.ts'
import { png } from '../scenes.ts'
import { pdf, set, tool, type Wishes } from './wish.ts'

const { name, description, schema: input_schema } = tool
const own = { name, description, input_schema }
const tools = [own]

/** Puts blocks in front of what the user says. */
function showing(...blocks: readonly Json[]): (body: Json) => Json {
  return (body) => ({
    ...body,
    messages: listAt(body, 'messages').map((message) => ({
      ...message,
      content: [...blocks, { type: 'text', text: message.content }],
    })),
  })
}

function going(...more: readonly Json[]): (body: Json) => Json {
  return (body) => ({ ...body, messages: [...listAt(body, 'messages'), ...more] })
}

const call = { type: 'tool_use', id: 'toolu_1', name, input: { city: 'Rome' } }

function after(result: Json): (body: Json) => Json {
  const turns = [
    { role: 'assistant', content: [call] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', ...result }] },
  ]
  return (body) => ({ ...going(...turns)(body), tools })
}

const pdfSource = { type: 'base64', media_type: 'application/pdf', data: pdf }
const pdfBlock = { type: 'document', source: pdfSource }

export const anthropicWishes: Wishes = {
  temperature: set({ temperature: 0.4321 }),
  top_p: set({ top_p: 0.8765 }),
  top_k: set({ top_k: 37 }),
  stop: set({ stop_sequences: ['HALT'] }),
  effort: set({ output_config: { effort: 'low' } }),
  'no thought': set({ thinking: { type: 'disabled' } }),
  'a tool must be called': set({ tools, tool_choice: { type: 'any' } }),
  'this tool must be called': set({ tools, tool_choice: { type: 'tool', name } }),
  'no tool': set({ tools, tool_choice: { type: 'none' } }),
  'one tool at a time': set({ tools, tool_choice: { type: 'auto', disable_parallel_tool_use: true } }),
  'strict tools': set({ tools: [{ ...own, strict: true }] }),
  'a cache mark': set({
    system: [{ type: 'text', text: 'You are terse.', cache_control: { type: 'ephemeral' } }],
  }),
  'an end user': set({ metadata: { user_id: 'someone-77' } }),
  'the standard tier': set({ service_tier: 'standard_only' }),
  'an image by address': showing({
    type: 'image',
    source: { type: 'url', url: 'https://example.com/dot.png' },
  }),
  'a PDF': showing(pdfBlock),
  'a PDF by address': showing({
    type: 'document',
    source: { type: 'url', url: 'https://example.com/paper.pdf' },
  }),
  'a named document': showing({ ...pdfBlock, title: 'A paper' }),
  'a document to cite': showing({ ...pdfBlock, citations: { enabled: true } }),
  'a tool that failed': after({ content: 'It broke.', is_error: true }),
  'a tool that shows an image': after({
    content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } }],
  }),
  'the beginning of the answer': going({ role: 'assistant', content: 'It is' }),
}
