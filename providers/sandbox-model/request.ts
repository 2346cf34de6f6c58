/** What the sandbox reads of a chat request. `sandbox: {"words", "ms_per_word"}` asks for a length and a pace. */
export interface SandboxRequest {
  readonly model: string
  readonly stream: boolean
  readonly includeUsage: boolean
  readonly answers: number
  readonly words: number
  readonly msPerWord: number
  readonly maxTokens: number
  readonly promptTokens: number
}

type Fields = Readonly<Record<string, unknown>>

const defaultWords = 24
/** Of all answers together: it is made up in the gateway's own time. */
const maxWords = 20_000

export function readSandboxRequest(body: Uint8Array | undefined): SandboxRequest {
  const fields = fieldsOf(JSON.parse(new TextDecoder().decode(body)))
  const wishes = fieldsOf(fields['sandbox'])
  const answers = wholeOf(fields['n'], { most: 128, fallback: 1 })
  return {
    model: String(fields['model']),
    stream: fields['stream'] === true,
    includeUsage: fieldsOf(fields['stream_options'])['include_usage'] === true,
    answers,
    words: wholeOf(wishes['words'], { most: Math.floor(maxWords / answers), fallback: defaultWords }),
    msPerWord: wholeOf(wishes['ms_per_word'], { most: 60_000, fallback: 0 }),
    maxTokens: wholeOf(fields['max_completion_tokens'] ?? fields['max_tokens'], {
      most: 1_000_000,
      fallback: 1_000_000,
    }),
    promptTokens: wordsIn(JSON.stringify(fields['messages'] ?? '')),
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function wholeOf(value: unknown, { most, fallback }: { most: number; fallback: number }): number {
  return typeof value === 'number' && value >= 0 ? Math.min(Math.floor(value), most) : fallback
}

/** The sandbox counts a word as a token. */
function wordsIn(text: string): number {
  return text.split(/\s+/).filter(Boolean).length
}
