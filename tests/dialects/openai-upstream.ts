import { openai } from '../../providers/openai.ts'
import type { ClientDialectId } from '../../src/core/dialect.ts'
import { clientDialects } from '../../src/dialects/index.ts'
import { bytesOf, textOf } from './splits.ts'

/** What goes up to OpenAI of calls in the other dialects. */

export type Fields = Record<string, unknown>

const blanks: Readonly<Record<ClientDialectId, Fields>> = {
  'openai-chat': { model: 'm', messages: [{ role: 'user', content: 'Hello' }] },
  'openai-responses': { model: 'm', input: [{ role: 'user', content: 'Hello' }] },
  'anthropic-messages': { model: 'm', max_tokens: 900, messages: [{ role: 'user', content: 'Hello' }] },
  gemini: { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] },
}

/** The provider's side of a translation. */
export type Upstream = Extract<ClientDialectId, 'openai-chat' | 'openai-responses'>

export const upstreams: readonly Upstream[] = ['openai-chat', 'openai-responses']

/** A caller's request with these fields, as this model gets it, and what was dropped. */
export function translate(from: ClientDialectId, to: Upstream, model: string) {
  return (fields: Fields) => {
    const body = bytesOf(JSON.stringify({ ...blanks[from], ...fields }))
    const dialect = clientDialects[from]
    const call = dialect.decodeCall(dialect.read({ body, model: 'm', stream: false }))
    const target = { org: 'acme', upstreamModel: model, outputCap: 900, quirks: openai.quirks }
    const sent = clientDialects[to].encodeCall(call, target)
    return { body: JSON.parse(textOf(sent.body)) as Fields, dropped: [...call.foreign, ...sent.dropped] }
  }
}

/** The effort that a request asks for, wherever its dialect says so. */
export function effortIn({ reasoning, reasoning_effort }: Fields): unknown {
  return reasoning_effort ?? (reasoning as Fields | undefined)?.['effort']
}
