import type { ChatEvent, TokenLogprob } from '../../core/chat/answer.ts'
import type { Citation } from '../../core/chat/citation.ts'
import type { Seal } from '../../core/chat/seal.ts'
import { parseJson } from '../fields.ts'
import { makeCallId, type CallFacts } from './tool-calls.ts'

type SpokenType = 'text' | 'reasoning' | 'refusal'

interface OpenCall {
  readonly key: string
  readonly id: string | undefined
  readonly position: number
  /** Of its block, once its name is known. */
  index?: number
  arguments: string
  seal?: Seal
  ended: boolean
}

/**
 * The blocks of an answer that are under way. Chat streams say neither where one begins nor where it ends: one that speaks ends
 * where another begins, a call of a tool where the next begins and its arguments are whole.
 */
export class OpenBlocks {
  /** Of the answer, for calls without ids. */
  answerId: string | undefined
  #next = 0
  #spoken: { readonly type: SpokenType; readonly index: number; readonly offset: number } | undefined
  /** Of all text so far, in UTF-16 units. */
  #textLength = 0
  readonly #calls: OpenCall[] = []

  get callsTools(): boolean {
    return this.#calls.some(({ index }) => index !== undefined)
  }

  speak(type: SpokenType, text: string, logprobs?: readonly TokenLogprob[]): ChatEvent[] {
    if (text === '' && !logprobs) return []
    const begun = this.#spoken?.type === type ? [] : this.#begin(type)
    if (type === 'text') this.#textLength += text.length
    return [...begun, { type: 'delta', index: this.#index, text, ...(logprobs && { logprobs }) }]
  }

  /** Ends a thought that was told. One that is only told by its seal is a block of its own. */
  seal(seal: Seal | undefined, text: string): ChatEvent[] {
    const isOpen = this.#spoken?.type === 'reasoning'
    if (!isOpen && !seal) return []
    const begun = isOpen ? [] : [...this.#begin('reasoning'), ...this.speak('reasoning', text)]
    const index = this.#index
    return [...begun, ...(seal ? [{ type: 'seal' as const, index, seal }] : []), ...this.#endSpoken()]
  }

  /** Offsets count from the start of the message: only those in the text that is open can be told. */
  cite(citation: Citation): ChatEvent[] {
    if (this.#spoken?.type !== 'text' || citation.type !== 'url') return []
    const { index, offset } = this.#spoken
    const { start, end, ...rest } = citation
    if (start !== undefined && start < offset) return []
    const place = {
      ...(start !== undefined && { start: start - offset }),
      ...(end !== undefined && { end: Math.max(0, end - offset) }),
    }
    return [{ type: 'citation', index, citation: { ...rest, ...place } }]
  }

  /** A block that comes whole. */
  show(block: { readonly type: 'image'; readonly mediaType: string; readonly data: string }): ChatEvent[] {
    const index = this.#next++
    return [...this.#endSpoken(), { type: 'block', index, block }, { type: 'block_end', index }]
  }

  /** A delta of a call. `key` is its index, where it has one. */
  call(key: string | undefined, facts: CallFacts, seal?: Seal): ChatEvent[] {
    const found = this.#find(key, facts)
    const call = found ?? this.#addCall(key, facts)
    if (call.ended) return []
    call.arguments += facts.arguments
    if (seal) call.seal = seal
    const isNew = call.index === undefined
    if (isNew && facts.name === undefined) return []
    const begun = isNew ? this.#beginCall(call, facts) : []
    const { index = 0 } = call
    // What came before the name is told with it.
    const text = isNew ? call.arguments : facts.arguments
    const sealed = isNew ? call.seal : seal
    return [
      ...begun,
      ...(text === '' ? [] : [{ type: 'delta' as const, index, text }]),
      ...(sealed ? [{ type: 'seal' as const, index, seal: sealed }] : []),
    ]
  }

  endAll(): ChatEvent[] {
    const open = this.#calls.flatMap((call) => endCall(call))
    return [...this.#endSpoken(), ...open]
  }

  get #index(): number {
    return this.#spoken?.index ?? 0
  }

  #begin(type: SpokenType): ChatEvent[] {
    const ended = this.#endSpoken()
    this.#spoken = { type, index: this.#next++, offset: this.#textLength }
    return [...ended, { type: 'block', index: this.#index, block: { type } }]
  }

  #endSpoken(): ChatEvent[] {
    if (!this.#spoken) return []
    const { index } = this.#spoken
    this.#spoken = undefined
    return [{ type: 'block_end', index }]
  }

  /** Without an index an id tells which call it is, else it is the last one; a name says that it is another. */
  #find(key: string | undefined, facts: CallFacts): OpenCall | undefined {
    const { id, name } = facts
    if (key !== undefined) return this.#calls.findLast((call) => call.key === key && !isAnother(call, facts))
    if (id !== undefined) return this.#calls.findLast((call) => call.id === id)
    return name === undefined ? this.#calls.at(-1) : undefined
  }

  #addCall(key: string | undefined, { id }: CallFacts): OpenCall {
    const position = this.#calls.length
    const call = { key: key ?? `#${position}`, id, position, arguments: '', ended: false }
    this.#calls.push(call)
    return call
  }

  #beginCall(call: OpenCall, { id = call.id, name = '', kind }: CallFacts): ChatEvent[] {
    const whole = this.#calls.filter((other) => other !== call && isWhole(other.arguments))
    const ended = [...this.#endSpoken(), ...whole.flatMap((other) => endCall(other))]
    const index = this.#next++
    call.index = index
    const block = {
      type: 'tool_call' as const,
      id: id ?? makeCallId(this.answerId, call.position),
      name,
      kind,
    }
    return [...ended, { type: 'block', index, block }]
  }
}

/** Some vendors give every call the same index, or even no id: then it is told by its name. */
function isAnother(call: OpenCall, { id, name, arguments: text }: CallFacts): boolean {
  if (name === undefined) return false
  if (id === undefined) return text !== '' && isWhole(call.arguments)
  return call.id !== undefined && call.id !== id
}

/** A call that never got a name was none. */
function endCall(call: OpenCall): ChatEvent[] {
  if (call.ended || call.index === undefined) return []
  call.ended = true
  return [{ type: 'block_end', index: call.index }]
}

function isWhole(text: string): boolean {
  return text.trimEnd().endsWith('}') && parseJson(text) !== undefined
}
