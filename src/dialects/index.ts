import type { Dialect, DialectId } from '../core/dialect.ts'
import { openaiChat } from './openai-chat/dialect.ts'

/** Every wire format, by name. */
export const dialects: Readonly<Record<DialectId, Dialect>> = {
  'openai-chat': openaiChat,
}
