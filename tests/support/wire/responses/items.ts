import { piecesOf } from '../act.ts'
import type { Memory } from '../memory.ts'
import type { Act } from '../scene.ts'
import { argumentPieces } from '../sse.ts'
import type { ResponseRequest } from './request.ts'

/** An event before it knows its number and place. */
export interface Step {
  readonly type: string
  readonly [field: string]: unknown
}

/** An item of the output: its beginning, what comes in between, and its end, once that was read to its end. */
export interface Item {
  readonly id: string
  readonly begun: object
  steps(): Iterable<Step>
  done(): object
}

/** How an act becomes items. */
export interface Making {
  readonly act: Act
  readonly request: ResponseRequest
  readonly memory: Memory
}

/** Models of open weights show their thoughts, not a summary of them. */
function showsThoughts({ request }: Making): boolean {
  return /gpt-oss/.test(request.model)
}

function* summarySteps(text: string): Generator<Step> {
  const at = { summary_index: 0 }
  const part = { type: 'summary_text', text }
  yield { type: 'response.reasoning_summary_part.added', ...at, part: { ...part, text: '' } }
  for (const delta of piecesOf(text)) yield { type: 'response.reasoning_summary_text.delta', ...at, delta }
  yield { type: 'response.reasoning_summary_text.done', ...at, text }
  yield { type: 'response.reasoning_summary_part.done', ...at, part }
}

function* thoughtSteps(text: string): Generator<Step> {
  const at = { content_index: 0 }
  const part = { type: 'reasoning_text', text }
  yield { type: 'response.content_part.added', ...at, part: { ...part, text: '' } }
  for (const delta of piecesOf(text)) yield { type: 'response.reasoning_text.delta', ...at, delta }
  yield { type: 'response.reasoning_text.done', ...at, text }
  yield { type: 'response.content_part.done', ...at, part }
}

function thought(making: Making): Item[] {
  const { act, request, memory } = making
  const { reasoning } = act.scene
  if (!reasoning) return []
  const { text, encrypted, signature } = reasoning
  const id = memory.make('rs_')
  const isRaw = showsThoughts(making)
  const wantsSummary = request.reasoning?.summary ?? request.reasoning?.generate_summary
  const isSummed = !isRaw && Boolean(wantsSummary) && text !== ''
  const isLocked = request.include?.includes('reasoning.encrypted_content')
  const locked = isLocked
    ? { encrypted_content: memory.seal(encrypted ?? signature, { text: undefined, owner: id }) }
    : {}
  const base = { id, type: 'reasoning', summary: [] }
  return [
    {
      id,
      begun: isRaw ? { ...base, content: [] } : base,
      *steps() {
        if (isRaw) yield* thoughtSteps(text)
        if (isSummed) yield* summarySteps(text)
      },
      done: () => ({
        ...base,
        ...(isSummed && { summary: [{ type: 'summary_text', text }] }),
        ...(isRaw && { content: [{ type: 'reasoning_text', text }] }),
        ...locked,
      }),
    },
  ]
}

interface Part {
  readonly empty: object
  readonly deltas: Iterable<string>
  readonly name: 'output_text' | 'refusal'
  done(text: string): object
}

const textPart = (text: string) => ({ type: 'output_text', annotations: [], logprobs: [], text })

function* partSteps(part: Part, keep: (text: string) => void): Generator<Step> {
  const { name, empty, deltas } = part
  const at = { content_index: 0 }
  const beside = name === 'output_text' ? { logprobs: [] } : {}
  yield { type: 'response.content_part.added', ...at, part: empty }
  const said: string[] = []
  for (const delta of deltas) {
    said.push(delta)
    yield { type: `response.${name}.delta`, ...at, delta, ...beside }
  }
  const text = said.join('')
  keep(text)
  const field = name === 'output_text' ? 'text' : 'refusal'
  yield { type: `response.${name}.done`, ...at, [field]: text, ...beside }
  yield { type: 'response.content_part.done', ...at, part: part.done(text) }
}

function message({ act, memory }: Making): Item[] {
  const { refusal } = act.scene
  if (!act.hasText && refusal === undefined) return []
  const part: Part = act.hasText
    ? { name: 'output_text', empty: textPart(''), deltas: act.pieces, done: textPart }
    : {
        name: 'refusal',
        empty: { type: 'refusal', refusal: '' },
        deltas: piecesOf(refusal ?? ''),
        done: (text) => ({ type: 'refusal', refusal: text }),
      }
  const id = memory.make('msg_')
  const base = { id, type: 'message', role: 'assistant' }
  const status = act.finish === 'length' || act.finish === 'content_filter' ? 'incomplete' : 'completed'
  let said = ''
  return [
    {
      id,
      begun: { ...base, status: 'in_progress', content: [] },
      steps: () => partSteps(part, (text) => (said = text)),
      done: () => ({ ...base, status, content: [part.done(said)] }),
    },
  ]
}

function* callSteps(kind: 'function_call_arguments' | 'custom_tool_call_input', done: Step): Generator<Step> {
  const text = String(done.arguments ?? done.input)
  for (const delta of argumentPieces(text)) yield { type: `response.${kind}.delta`, delta }
  yield done
}

function calls({ act, request, memory }: Making): Item[] {
  return act.calls.map(({ name, arguments: values }) => {
    const isCustom = request.tools?.some((tool) => tool.type === 'custom' && tool.name === name)
    const call = { call_id: memory.make('call_'), name }
    if (isCustom) {
      const id = memory.make('ctc_')
      const input = String(values.input ?? '')
      const base = { id, type: 'custom_tool_call', status: 'completed', ...call }
      const kind = 'custom_tool_call_input'
      const steps = () => callSteps(kind, { type: `response.${kind}.done`, input })
      return {
        id,
        begun: { ...base, status: 'in_progress', input: '' },
        steps,
        done: () => ({ ...base, input }),
      }
    }
    const id = memory.make('fc_')
    const text = JSON.stringify(values)
    const base = { id, type: 'function_call', status: 'completed', ...call }
    const kind = 'function_call_arguments'
    const steps = () => callSteps(kind, { type: `response.${kind}.done`, name, arguments: text })
    const begun = { ...base, status: 'in_progress', arguments: '' }
    return { id, begun, steps, done: () => ({ ...base, arguments: text }) }
  })
}

/** What the model says, item by item. */
export function itemsToSay(making: Making): Item[] {
  return [...thought(making), ...message(making), ...calls(making)]
}
