import type { ClientDialectId, Dialect, DialectId, UpstreamDialect } from '../core/dialect.ts'
import { anthropicMessages } from './anthropic-messages/dialect.ts'
import { bedrockConverse } from './bedrock-converse/dialect.ts'
import { gemini } from './gemini/dialect.ts'
import { openaiChat } from './openai-chat/dialect.ts'
import { openaiResponses } from './openai-responses/dialect.ts'

/** The wire formats in which callers speak, by name. */
export const clientDialects: Readonly<Record<ClientDialectId, Dialect>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
}

/** The wire formats in which providers speak, by name. */
export const upstreamDialects: Readonly<Record<DialectId, UpstreamDialect>> = {
  ...clientDialects,
  'bedrock-converse': bedrockConverse,
}
