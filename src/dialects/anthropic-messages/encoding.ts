import type { CacheMark, ChatCall, MediaPart, Part, TextPart } from '../../core/chat/call.ts'
import type { CallTarget } from '../../core/dialect.ts'
import { WeirError } from '../../core/errors.ts'
import { traitsOf, type ModelTraits } from './models.ts'

/** A provider takes so many marks in one request. */
const mostMarks = 4

/** A call on its way into a request: for whom, and what could not be carried so far. */
export class Encoding {
  readonly call: ChatCall
  readonly target: CallTarget
  readonly traits: ModelTraits
  readonly dropped = new Set<string>()
  /** Marks that are left out because later ones say more. */
  #surplus: number

  constructor(call: ChatCall, target: CallTarget) {
    this.call = call
    this.target = target
    this.traits = traitsOf(target.upstreamModel)
    this.#surplus = countMarks(call) - mostMarks
  }

  /** To be asked in the order of the prompt: tools, system, messages. */
  mark(cache: CacheMark | undefined) {
    if (!cache) return {}
    if (this.#surplus > 0) {
      this.#surplus--
      this.dropped.add('cache_control')
      return {}
    }
    return { cache_control: { type: 'ephemeral' as const, ...(cache.ttl && { ttl: cache.ttl }) } }
  }

  /** For what a request can do without. */
  drop(name: string, isThere: boolean): void {
    if (isThere) this.dropped.add(name)
  }
}

function countMarks({ tools, system, turns }: ChatCall): number {
  const parts = turns.flatMap(({ parts }) => parts.flatMap(withInner))
  return [...tools, ...system, ...parts].filter((item) => 'cache' in item && item.cache).length
}

function withInner(part: Part): readonly (Part | TextPart | MediaPart)[] {
  return part.type === 'tool_result' ? [part, ...part.content] : [part]
}

/** Whether a tool stands for the answer, so that it keeps to the schema. */
export function answersByTool({ call: { format }, traits }: Encoding): boolean {
  return format?.type === 'schema' && !traits.schema && (format.schema['type'] ?? 'object') === 'object'
}

export function cannotTranslate(message: string): WeirError {
  return new WeirError('cannot_translate', message)
}
