import type { TokenLogprob } from '../../core/chat/answer.ts'
import { isFields, listOf, type Fields } from '../fields.ts'

/** The tokens of a choice's text or refusal; undefined where there are none. */
export function readLogprobs(choice: Fields, name: 'content' | 'refusal'): TokenLogprob[] | undefined {
  const { logprobs } = choice
  if (!isFields(logprobs)) return undefined
  const tokens = listOf(logprobs, name).flatMap(readToken)
  return tokens.length > 0 ? tokens : undefined
}

function readToken(token: unknown): TokenLogprob[] {
  if (!isFields(token)) return []
  const top = listOf(token, 'top_logprobs').flatMap(readChance)
  return readChance(token).map((chance) => ({ ...chance, top }))
}

function readChance(token: unknown): Omit<TokenLogprob, 'top'>[] {
  if (!isFields(token) || typeof token['token'] !== 'string' || typeof token['logprob'] !== 'number')
    return []
  const bytes = listOf(token, 'bytes').filter((byte) => typeof byte === 'number')
  const hasBytes = Array.isArray(token['bytes'])
  return [{ token: token['token'], logprob: token['logprob'], ...(hasBytes && { bytes }) }]
}

/** As OpenAI has them: null where there are none. */
export function printLogprobs(content: readonly TokenLogprob[] = [], refusal: readonly TokenLogprob[] = []) {
  if (content.length === 0 && refusal.length === 0) return undefined
  return { content: printTokens(content), refusal: printTokens(refusal) }
}

function printTokens(tokens: readonly TokenLogprob[]) {
  return tokens.length === 0
    ? null
    : tokens.map((token) => ({ ...printChance(token), top_logprobs: token.top.map(printChance) }))
}

function printChance({ token, logprob, bytes }: Omit<TokenLogprob, 'top'>) {
  return { token, logprob, bytes: bytes ?? null }
}
