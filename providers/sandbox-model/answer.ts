import type { SandboxRequest } from './request.ts'

const vocabulary =
  'this is a simulated answer from the sandbox so every word of it was made up without any model and costs almost nothing'.split(
    ' ',
  )

/** The same words every time: word `index` of any answer. */
export function wordAt(index: number): string {
  const word = vocabulary[index % vocabulary.length] ?? ''
  return index === 0 ? `[simulated] ${word}` : ` ${word}`
}

/** How many words each answer gets. A word is a token. */
export function lengthOf({ words, maxTokens }: SandboxRequest): number {
  return Math.min(words, maxTokens)
}

export function finishReasonOf(request: SandboxRequest): 'stop' | 'length' {
  return request.words > request.maxTokens ? 'length' : 'stop'
}

export function usageOf(request: SandboxRequest, completionTokens: number) {
  return {
    prompt_tokens: request.promptTokens,
    completion_tokens: completionTokens,
    total_tokens: request.promptTokens + completionTokens,
  }
}

/** What every answer and chunk begins with. */
export function headOf(request: SandboxRequest, object: string) {
  return {
    id: 'chatcmpl-sandbox',
    object,
    created: 0,
    model: request.model,
    system_fingerprint: 'simulated',
  }
}
