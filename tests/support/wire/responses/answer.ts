import type { WireFinish } from '../scene.ts'
import { sceneError } from '../openai/errors.ts'
import { serverSent, untilError } from '../sse.ts'
import { itemsToSay, type Item, type Making, type Step } from './items.ts'
import type { ResponseRequest } from './request.ts'

type Ending = readonly [status: string, reason?: string]

const endings: Record<WireFinish, Ending> = {
  stop: ['completed'],
  tool_calls: ['completed'],
  length: ['incomplete', 'max_output_tokens'],
  content_filter: ['incomplete', 'content_filter'],
}

const created = 1_763_900_000

/** What an answer repeats of its request, as it is where the request does not say. */
const unsaid = {
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  parallel_tool_calls: true,
  previous_response_id: null,
  prompt_cache_key: null,
  safety_identifier: null,
  store: true,
  temperature: 1,
  tool_choice: 'auto',
  tools: [],
  top_logprobs: 0,
  top_p: 1,
  truncation: 'disabled',
  user: null,
} satisfies Partial<Record<keyof ResponseRequest, unknown>>

function echo({ request, memory }: Making) {
  const said = Object.entries(request).filter(([name, value]) => name in unsaid && value !== null)
  const { effort = null, summary = null } = request.reasoning ?? {}
  const { format = { type: 'text' }, verbosity } = request.text ?? {}
  return {
    id: memory.make('resp_'),
    object: 'response',
    created_at: created,
    model: request.model,
    background: false,
    error: null,
    service_tier: 'default',
    ...unsaid,
    ...Object.fromEntries(said),
    reasoning: { effort, summary },
    text: { format, verbosity: verbosity ?? 'medium' },
  }
}

function usageOf({ act: { usage } }: Making) {
  return {
    input_tokens: usage.input,
    input_tokens_details: { cached_tokens: usage.cached, cache_write_tokens: usage.cacheWrite },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: usage.input + usage.output,
  }
}

type Echo = ReturnType<typeof echo>

function running(base: Echo): object {
  return { ...base, status: 'in_progress', incomplete_details: null, output: [], usage: null }
}

function ended(base: Echo, making: Making, output: readonly object[]) {
  const [status, reason] = endings[making.act.finish]
  return {
    ...base,
    status,
    ...(status === 'completed' && { completed_at: created + 2 }),
    incomplete_details: reason ? { reason } : null,
    output,
    usage: usageOf(making),
  }
}

/** Remembers what a later request may refer to. */
function remember(base: Echo, items: readonly Item[], { memory, request }: Making): void {
  const done = items.map((item) => item.done() as { id: string; type: string; call_id?: string })
  const [first, ...rest] = done
  if (first?.type === 'reasoning')
    for (const item of rest.slice(0, 1)) memory.thoughtOf.set(item.id, first.id)
  if (request.store === false) return
  memory.answers.set(base.id, { callIds: done.flatMap(({ call_id: id }) => id ?? []) })
  for (const { id } of done) memory.items.add(id)
}

function drain(steps: Iterable<Step>): void {
  for (const _ of steps);
}

/** The answer whole. */
export function wholeResponse(making: Making): object {
  const base = echo(making)
  const items = itemsToSay(making)
  for (const item of items) drain(item.steps())
  remember(base, items, making)
  return ended(
    base,
    making,
    items.map((item) => item.done()),
  )
}

function* itemSteps(item: Item, output_index: number): Generator<Step> {
  yield { type: 'response.output_item.added', output_index, item: item.begun }
  for (const step of item.steps()) {
    const { type, ...fields } = step
    yield { type, item_id: item.id, output_index, ...fields }
  }
  yield { type: 'response.output_item.done', output_index, item: item.done() }
}

function* responseSteps(making: Making, base: Echo): Generator<Step> {
  const items = itemsToSay(making)
  yield { type: 'response.created', response: running(base) }
  yield { type: 'response.in_progress', response: running(base) }
  for (const [index, item] of items.entries()) yield* itemSteps(item, index)
  remember(base, items, making)
  const response = ended(
    base,
    making,
    items.map((item) => item.done()),
  )
  yield { type: `response.${response.status}`, response }
}

/** The answer as a stream. */
export function* responseStream(making: Making): Generator<string> {
  const base = echo(making)
  const isObscured = making.request.stream_options?.include_obfuscation !== false
  const steps = untilError(responseSteps(making, base), making.act.scene, (error) => {
    const { message, code, param } = sceneError(error)
    const known = { code: code ?? 'server_error', message }
    const failed = { ...running(base), status: 'failed', error: known }
    return [{ type: 'error', ...known, param } as Step, { type: 'response.failed', response: failed }]
  })
  let sequence_number = 0
  for (const { type, ...fields } of steps) {
    const noise =
      isObscured && type.endsWith('.delta') ? { obfuscation: 'x'.repeat(1 + (sequence_number % 7)) } : {}
    yield serverSent({ type, sequence_number: sequence_number++, ...fields, ...noise }, type)
  }
}
