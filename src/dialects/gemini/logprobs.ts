import type { TokenLogprob } from '../../core/chat/answer.ts'
import { isFields, listOf, textOf, type Fields } from '../fields.ts'

/** The probabilities of tokens as Google words them: the tokens in one list, their alternatives in another. */
export function printLogprobs(tokens: readonly TokenLogprob[]): object {
  if (tokens.length === 0) return {}
  const sum = tokens.reduce((sum, { logprob }) => sum + logprob, 0)
  return {
    avgLogprobs: sum / tokens.length,
    logprobsResult: {
      chosenCandidates: tokens.map(printToken),
      topCandidates: tokens.map(({ top }) => ({ candidates: top.map(printToken) })),
    },
  }
}

function printToken({ token, logprob }: Pick<TokenLogprob, 'token' | 'logprob'>): object {
  return { token, logProbability: logprob }
}

export function readLogprobs(candidate: Fields): TokenLogprob[] {
  const result = candidate['logprobsResult']
  if (!isFields(result)) return []
  const tops = listOf(result, 'topCandidates')
  return listOf(result, 'chosenCandidates').map((chosen, index) => {
    const top = tops[index]
    return { ...readToken(chosen), top: isFields(top) ? listOf(top, 'candidates').map(readToken) : [] }
  })
}

function readToken(token: unknown): Omit<TokenLogprob, 'top'> {
  if (!isFields(token)) return { token: '', logprob: 0 }
  const { logProbability } = token
  return {
    token: textOf(token, 'token') ?? '',
    logprob: typeof logProbability === 'number' ? logProbability : 0,
  }
}
