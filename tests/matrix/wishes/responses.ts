import type { Json } from '../../support/simulator/json.ts'
import { listAt } from '../clients/json.ts'
import { png } from '../scenes.ts'
import { pdf, set, tool, type Wishes } from './wish.ts'

const { name, description, schema: parameters } = tool
const own = { type: 'function', name, description, parameters, strict: false }
const tools = [own]

/** Puts parts in front of what the user says. */
function showing(...parts: readonly Json[]): (body: Json) => Json {
  return (body) => ({
    ...body,
    input: listAt(body, 'input').map((item) => ({
      ...item,
      content: [...parts, { type: 'input_text', text: item.content }],
    })),
  })
}

function going(...more: readonly Json[]): (body: Json) => Json {
  return (body) => ({ ...body, input: [...listAt(body, 'input'), ...more] })
}

const call = { type: 'function_call', call_id: 'call_1', name, arguments: '{"city":"Rome"}' }

function after(output: unknown): (body: Json) => Json {
  return (body) => ({
    ...going(call, { type: 'function_call_output', call_id: 'call_1', output })(body),
    tools,
  })
}

const file_data = `data:application/pdf;base64,${pdf}`

export const responsesWishes: Wishes = {
  temperature: set({ temperature: 0.4321 }),
  top_p: set({ top_p: 0.8765 }),
  logprobs: set({ top_logprobs: 2, include: ['message.output_text.logprobs'] }),
  effort: set({ reasoning: { effort: 'low' } }),
  'no thought': set({ reasoning: { effort: 'none' } }),
  verbosity: set({ text: { verbosity: 'low' } }),
  'any JSON': (body) => ({
    ...going({ role: 'user', content: 'Answer in JSON.' })(body),
    text: { format: { type: 'json_object' } },
  }),
  'a tool must be called': set({ tools, tool_choice: 'required' }),
  'this tool must be called': set({ tools, tool_choice: { type: 'function', name } }),
  'no tool': set({ tools, tool_choice: 'none' }),
  'one tool at a time': set({ tools, parallel_tool_calls: false }),
  'strict tools': set({ tools: [{ ...own, strict: true }] }),
  'a tool of free text': set({ tools: [{ type: 'custom', name: 'shell', description }] }),
  'an end user': set({ safety_identifier: 'someone-77' }),
  'a cache key': set({ prompt_cache_key: 'prefix-77' }),
  metadata: set({ metadata: { team: 'team-77' } }),
  'the standard tier': set({ service_tier: 'default' }),
  'an image by address': showing({
    type: 'input_image',
    image_url: 'https://example.com/dot.png',
    detail: 'auto',
  }),
  'a PDF': showing({ type: 'input_file', filename: 'paper.pdf', file_data }),
  'a PDF by address': showing({ type: 'input_file', file_url: 'https://example.com/paper.pdf' }),
  'a tool that shows an image': after([
    { type: 'input_image', image_url: `data:image/png;base64,${png}`, detail: 'auto' },
  ]),
  'an instruction midway': going(
    { role: 'assistant', content: 'A dam.' },
    { role: 'developer', content: 'Now in French.' },
    { role: 'user', content: 'Again.' },
  ),
  'the beginning of the answer': going({ role: 'assistant', content: 'It is' }),
  truncation: set({ truncation: 'auto' }),
}
