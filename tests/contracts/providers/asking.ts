import type { ClientDialectId, IncomingRequest } from '../../../src/core/dialect.ts'
import type { Quirks } from '../../../src/core/provider.ts'
import { bytesOf } from '../../dialects/splits.ts'

type Fields = Readonly<Record<string, unknown>>

/** How a caller asks in a dialect, and what of it must go up. */
interface Asking {
  /** What stands in the body beside the model. */
  readonly question: Fields
  /** Of an org named acme, what goes up in place of the ids in the question. */
  readonly prefixed: Fields
  /** The ways to cap the output at so many tokens. */
  readonly caps: (tokens: number) => readonly Fields[]
  /** Where the cap stands in what goes up, whatever the caller named. */
  readonly capUp: (tokens: number, quirks: Quirks) => Fields
  /** Whether model and stream are in the address. */
  readonly byAddress: boolean
  /** What asks for the usage of a stream, where it has to be asked for. */
  readonly usage: Fields
}

const text = 'What is a weir? 🌊'
const messages = [{ role: 'user', content: text }]

export const askings: Readonly<Record<ClientDialectId, Asking>> = {
  'openai-chat': {
    question: { messages, user: 'alice' },
    prefixed: { user: 'acme:alice' },
    caps: (tokens) => [{ max_tokens: tokens }, { max_completion_tokens: tokens }],
    capUp: (tokens, { maxTokensFields: [name = ''] }) => ({ [name]: tokens }),
    byAddress: false,
    usage: { stream_options: { include_usage: true } },
  },
  'openai-responses': {
    question: { input: text, user: 'alice', prompt_cache_key: 'k1' },
    prefixed: { user: 'acme:alice', prompt_cache_key: 'acme:k1', store: false },
    caps: (tokens) => [{ max_output_tokens: tokens }],
    capUp: (tokens) => ({ max_output_tokens: tokens }),
    byAddress: false,
    usage: {},
  },
  'anthropic-messages': {
    question: { max_tokens: 500, messages, metadata: { user_id: 'alice' } },
    prefixed: { metadata: { user_id: 'acme:alice' } },
    caps: (tokens) => [{ max_tokens: tokens }],
    capUp: (tokens) => ({ max_tokens: tokens }),
    byAddress: false,
    usage: {},
  },
  gemini: {
    question: { contents: [{ role: 'user', parts: [{ text }] }] },
    prefixed: {},
    caps: (tokens) => [{ generationConfig: { maxOutputTokens: tokens } }],
    capUp: (tokens) => ({ generationConfig: { maxOutputTokens: tokens } }),
    byAddress: true,
    usage: {},
  },
}

export interface Asked {
  /** As the caller names it. */
  readonly model: string
  readonly stream?: boolean
  readonly more?: object
}

/** The question in the caller's dialect. */
export function incoming(dialect: ClientDialectId, { model, stream = false, more }: Asked): IncomingRequest {
  const { question, byAddress } = askings[dialect]
  const inBody = byAddress ? {} : { model, ...(stream && { stream }) }
  const body = bytesOf(JSON.stringify({ ...inBody, ...question, ...more }))
  return byAddress ? { body, model, stream, query: stream ? { alt: 'sse' } : {} } : { body }
}
