import type { Response } from 'openai/resources/responses/responses'
import type { Telling } from '../../core/dialect.ts'
import { fieldsOf, type Fields } from '../fields.ts'
import type { ResponsesRequest } from './read-request.ts'

/** A response as it goes over the wire: SDKs put `output_text` together themselves. */
type WireResponse = Omit<Response, 'output_text'>

/** What a response says from its first event on: its own identity, and what was asked for. */
export function begunResponse({ requestId, model, created, request }: Telling): Fields {
  const { values, wantsStored, continues } = request as ResponsesRequest
  const response: WireResponse = {
    id: responseId(requestId),
    object: 'response',
    created_at: created,
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    model,
    output: [],
    access_programs: null,
    previous_response_id: continues ?? null,
    service_tier: 'default',
    ...asked(values),
  }
  return { ...response, store: wantsStored, usage: null }
}

/** What is told back of a request, and what it comes to where the request did not say. */
const defaults = {
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  parallel_tool_calls: true,
  prompt_cache_key: null,
  reasoning: { effort: null, summary: null },
  safety_identifier: null,
  temperature: null,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_logprobs: 0,
  top_p: null,
  truncation: 'disabled',
} as const satisfies Partial<WireResponse>

/** The caller's own words: they were checked as far as they matter, and go back as they came. */
function asked(values: Fields): Pick<WireResponse, keyof typeof defaults> {
  const told = Object.keys(defaults).filter((name) => (values[name] ?? null) !== null)
  return {
    ...defaults,
    ...Object.fromEntries(told.map((name) => [name, values[name]])),
    reasoning: { ...defaults.reasoning, ...fieldsOf(values, 'reasoning') },
    text: { ...defaults.text, ...fieldsOf(values, 'text') },
  }
}

/** `req_<org>_<uuid>` answers as `resp_<org>_<uuid>`. */
export function responseId(requestId: string): string {
  return requestId.replace(/^(req_)?/, 'resp_')
}

/** An id for an item of a response: the same for the same place in the same response, and short enough for every provider. */
export function itemId(kind: 'msg' | 'fc' | 'ctc' | 'rs' | 'ig', requestId: string, index: number): string {
  const call = requestId.slice(requestId.lastIndexOf('_') + 1).replaceAll('-', '')
  return `${kind}_${call.slice(0, 40)}_${index}`
}
