import type { Usage } from '../usage.ts'
import type { Citation } from './citation.ts'
import type { Seal } from './seal.ts'

/** Why an answer ended. `pause`: the model is to be asked to go on; `error`: the model's own output was unusable. */
export type Finish = 'stop' | 'stop_sequence' | 'length' | 'tool_calls' | 'content_filter' | 'pause' | 'error'

/** What a stream of an answer brings, piece by piece, in no wire format. */
export type ChatEvent =
  /** With what the answer's prompt came to, where that is told at the start. */
  | { readonly type: 'start'; readonly id?: string; readonly model?: string; readonly input?: Usage }
  /** A block begins. Its index is its own; blocks may be under way side by side. */
  | { readonly type: 'block'; readonly index: number; readonly block: BlockStart }
  /** More of a block: text, thought, refusal, or arguments. */
  | {
      readonly type: 'delta'
      readonly index: number
      readonly text: string
      readonly logprobs?: readonly TokenLogprob[]
    }
  | { readonly type: 'seal'; readonly index: number; readonly seal: Seal }
  | { readonly type: 'citation'; readonly index: number; readonly citation: Citation }
  | { readonly type: 'block_end'; readonly index: number }
  /** As far as it is known by then; the last one counts. */
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'finish'; readonly finish: Finish; readonly stopSequence?: string }
  /** Nothing more comes. */
  | { readonly type: 'end' }
  /** The provider gave up. Its own words stay with the gateway. */
  | { readonly type: 'error'; readonly code?: string }

export type BlockStart =
  | { readonly type: 'text' | 'reasoning' | 'refusal' }
  | {
      readonly type: 'tool_call'
      readonly id: string
      readonly name: string
      readonly kind: 'function' | 'custom'
    }
  /** Comes whole. */
  | { readonly type: 'image' | 'audio'; readonly mediaType: string; readonly data: string }

export interface TokenLogprob {
  readonly token: string
  readonly logprob: number
  /** UTF-8, where the provider told it. */
  readonly bytes?: readonly number[]
  readonly top: readonly Omit<TokenLogprob, 'top'>[]
}

/** An answer that came whole. */
export interface ChatAnswer {
  readonly id?: string
  readonly model?: string
  readonly blocks: readonly Block[]
  readonly finish: Finish
  readonly stopSequence?: string
  /** Absent where the provider did not say. */
  readonly usage?: Usage
}

export type Block =
  | {
      readonly type: 'text' | 'refusal'
      readonly text: string
      readonly citations?: readonly Citation[]
      readonly logprobs?: readonly TokenLogprob[]
    }
  | { readonly type: 'reasoning'; readonly text: string; readonly seal?: Seal }
  | {
      readonly type: 'tool_call'
      readonly id: string
      readonly name: string
      readonly arguments: string
      readonly kind: 'function' | 'custom'
      readonly seal?: Seal
    }
  | { readonly type: 'image' | 'audio'; readonly mediaType: string; readonly data: string }
