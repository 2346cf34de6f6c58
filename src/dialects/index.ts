import type { ClientDialectId, Dialect, DialectId, UpstreamDialect } from '../core/dialect.ts'
import { openaiChat } from './openai-chat/dialect.ts'

/** The wire formats in which callers speak, by name. */
export const clientDialects: Readonly<Record<ClientDialectId, Dialect>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiChat,
  'anthropic-messages': openaiChat,
  gemini: openaiChat,
}

/** The wire formats in which providers speak, by name. */
export const upstreamDialects: Readonly<Record<DialectId, UpstreamDialect>> = {
  ...clientDialects,
  'bedrock-converse': openaiChat,
}
