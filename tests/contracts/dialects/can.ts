import type { ChatAnswer, Finish } from '../../../src/core/chat/answer.ts'
import type { ChatCall } from '../../../src/core/chat/call.ts'
import type { SealMaker } from '../../../src/core/chat/seal.ts'
import type { IncomingRequest } from '../../../src/core/dialect.ts'
import type { Quirks } from '../../../src/core/provider.ts'

/** What a call may ask for or hold. */
export const features = [
  'system',
  'system_turn',
  'name',
  'refusal',
  'citations',
  'cache',
  'cache_ttl',
  'tool_cache',
  'image_base64',
  'image_url',
  'detail',
  'document_base64',
  'document_url',
  'document_text',
  'document_name',
  'document_context',
  'document_cite',
  'audio',
  'video',
  'tools',
  'result_media',
  'is_error',
  'custom_tools',
  'grammar',
  'schemaless_tools',
  'strict',
  'tool_choice',
  'tool_choice_one',
  'tool_choice_some',
  'tool_choice_some_auto',
  'parallel_tools',
  'format_json',
  'format_schema',
  'format_names',
  'effort',
  'budget',
  'visible',
  'temperature',
  'top_p',
  'top_k',
  'seed',
  'penalties',
  'logprobs',
  'stop',
  'many_stops',
  'answers',
  'verbosity',
  'standard_tier',
  'end_user',
  'cache_key',
  'metadata',
] as const

export type Feature = (typeof features)[number]

/** What a dialect can do on the side of the provider. */
export interface UpstreamCan {
  /** The provider's name of the model that is called. */
  readonly upstreamModel: string
  readonly quirks?: Partial<Quirks>
  /** Whose seals go up. */
  readonly maker?: SealMaker
  /** Where the cap stands in the body. */
  readonly capPath: readonly string[]
  /** Words of the format: names of fields, and values that mean something. */
  readonly words: readonly string[]
}

/** What a dialect can do on both sides. */
export interface Can extends UpstreamCan {
  /** The smallest request of a caller. */
  request(stream: boolean): IncomingRequest
  readonly call: {
    /** What goes up and comes back without a loss. */
    readonly carries: readonly Feature[]
    /** What goes up in other words, and so does not come back as it was. */
    readonly approximates: readonly Feature[]
    /** How the dialect reads back what it wrote of a call, where it does not do so word for word. */
    normal(call: ChatCall): ChatCall
  }
  readonly answer: {
    readonly blocks: readonly AnswerBlock[]
    readonly finishes: readonly Finish[]
    readonly stopSequence: boolean
    /** Whether a seal on a call can be told after the call. */
    readonly lateSeals: boolean
    /** Whether a call can be told whose arguments are cut off. */
    readonly brokenCalls: boolean
    /** How the dialect reads back what it wrote of an answer, whole or as a stream. */
    normal(answer: ChatAnswer): ChatAnswer
  }
}

export type AnswerBlock =
  | 'text'
  | 'reasoning'
  | 'seals'
  | 'refusal'
  | 'function'
  | 'custom'
  | 'call_seals'
  | 'image'
  | 'audio'
  | 'url_citations'
  | 'document_citations'
  | 'logprobs'
