import { piecesOf, textOfAct } from '../act.ts'
import type { Memory } from '../memory.ts'
import type { Act } from '../scene.ts'
import { argumentPieces } from '../sse.ts'
import { abilitiesOf } from './models.ts'
import type { MessageRequest } from './request.ts'

/** A block of an answer: how it begins, what comes after, and what it is in the end. */
export interface Block {
  readonly start: object
  readonly deltas: () => Iterable<object>
  readonly whole: () => object
}

/** Whether the request wants thoughts, and to see them. */
function thinkingOf({ thinking, model }: MessageRequest): 'none' | 'hidden' | 'shown' {
  const { unasked, hidesThoughts } = abilitiesOf(model)
  const type = thinking?.type ?? unasked
  if (type === 'disabled' || type === 'between_tools') return 'none'
  const asked = thinking && 'display' in thinking ? thinking.display : undefined
  return (asked ?? (hidesThoughts ? 'omitted' : 'summarized')) === 'omitted' ? 'hidden' : 'shown'
}

function thought(act: Act, request: MessageRequest, memory: Memory): Block[] {
  const { reasoning } = act.scene
  const shown = thinkingOf(request)
  if (!reasoning || shown === 'none') return []
  if (reasoning.encrypted !== undefined && reasoning.signature === undefined) {
    const data = memory.seal(reasoning.encrypted, { text: undefined, owner: request.model })
    const whole = { type: 'redacted_thinking', data }
    return [{ start: whole, deltas: () => [], whole: () => whole }]
  }
  const thinking = shown === 'shown' ? reasoning.text : ''
  const signature = memory.seal(reasoning.signature, { text: thinking, owner: request.model })
  return [
    {
      start: { type: 'thinking', thinking: '', signature: '' },
      deltas: () => [
        ...piecesOf(thinking).map((piece) => ({ type: 'thinking_delta', thinking: piece })),
        { type: 'signature_delta', signature },
      ],
      whole: () => ({ type: 'thinking', thinking, signature }),
    },
  ]
}

function* textDeltas(act: Act): Generator<object> {
  for (const text of act.pieces) yield { type: 'text_delta', text }
}

function said(act: Act): Block[] {
  if (!act.hasText) return []
  return [
    {
      start: { type: 'text', text: '', citations: null },
      deltas: () => textDeltas(act),
      whole: () => ({ type: 'text', text: textOfAct(act), citations: null }),
    },
  ]
}

/** A call without arguments has no piece of them. */
function calls(act: Act, memory: Memory): Block[] {
  return act.calls.map(({ name, arguments: input }) => {
    const base = { type: 'tool_use', id: memory.make('toolu_01'), caller: { type: 'direct' }, name }
    const pieces = Object.keys(input).length ? ['', ...argumentPieces(JSON.stringify(input))] : []
    return {
      start: { ...base, input: {} },
      deltas: () => pieces.map((piece) => ({ type: 'input_json_delta', partial_json: piece })),
      whole: () => ({ ...base, input }),
    }
  })
}

/** What the model says, block by block. */
export function blocksOf(act: Act, request: MessageRequest, memory: Memory): Block[] {
  return [...thought(act, request, memory), ...said(act), ...calls(act, memory)]
}
