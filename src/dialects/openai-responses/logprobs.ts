import type { ResponseOutputText } from 'openai/resources/responses/responses'
import type { TokenLogprob } from '../../core/chat/answer.ts'
import { isFields, listOf, textOf, type Fields } from '../fields.ts'

type Plain = Omit<TokenLogprob, 'top'>

/** Reads how likely tokens were; undefined where nothing is told of it. */
export function decodeLogprobs(told: unknown): readonly TokenLogprob[] | undefined {
  if (!Array.isArray(told)) return undefined
  const tokens = told.filter(isFields).flatMap((token) => {
    const plain = decodePlain(token)
    const top = listOf(token, 'top_logprobs').filter(isFields)
    return plain ? [{ ...plain, top: top.flatMap((other) => decodePlain(other) ?? []) }] : []
  })
  return tokens.length > 0 ? tokens : undefined
}

function decodePlain(fields: Fields): Plain | undefined {
  const [token, logprob] = [textOf(fields, 'token'), fields['logprob']]
  if (token === undefined || typeof logprob !== 'number') return undefined
  const bytes = fields['bytes']
  const isBytes = Array.isArray(bytes) && bytes.every((byte) => typeof byte === 'number')
  return { token, logprob, ...(isBytes && { bytes }) }
}

const encoder = new TextEncoder()

/** The bytes of a token are required here: they are those of its text, where nobody told others. */
export function encodeLogprobs(tokens: readonly TokenLogprob[]): NonNullable<ResponseOutputText['logprobs']> {
  return tokens.map(({ top, ...token }) => ({ ...encodePlain(token), top_logprobs: top.map(encodePlain) }))
}

function encodePlain({ token, logprob, bytes }: Plain) {
  return { token, logprob, bytes: [...(bytes ?? encoder.encode(token))] }
}
