import type { Context } from 'hono'

/** The dialect that a caller seems to speak, where the path has none of its own: OpenAI's if nothing tells. */
export function guessDialect(c: Context): 'anthropic-messages' | 'gemini' | 'openai-chat' {
  if (/^\/v1\/messages(\/|$)/.test(c.req.path)) return 'anthropic-messages'
  if (/^\/v1beta(\/|$)/.test(c.req.path)) return 'gemini'
  if (c.req.header('anthropic-version') !== undefined) return 'anthropic-messages'
  return c.req.header('x-goog-api-key') === undefined ? 'openai-chat' : 'gemini'
}
