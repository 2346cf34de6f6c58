import { composeContent, type Content } from './content.ts'
import type { Script } from './script.ts'
import { isObject, type Json } from './json.ts'
import { countTokens, type Tokens } from './tokens.ts'

/** One request with all that decides its answer. */
export interface Call {
  readonly index: number
  readonly body: Json
  readonly script: Script
  /** As the body names it. */
  readonly model: string
  /** Unix seconds. Fixed by the index, so that an answer is the same bytes each time. */
  readonly created: number
  readonly stream: boolean
  readonly includeUsage: boolean
  readonly choices: number
  readonly content: Content
  readonly tokens: Tokens
}

const firstCreated = 1_763_900_000

export function readCall(index: number, body: Json, script: Script): Call {
  const content = composeContent(body, script)
  const choices = script.n ?? (typeof body.n === 'number' ? body.n : 1)
  return {
    index,
    body,
    script,
    model: typeof body.model === 'string' ? body.model : '',
    created: firstCreated + index,
    stream: body.stream === true,
    includeUsage: isObject(body.stream_options) && body.stream_options.include_usage === true,
    choices,
    content,
    tokens: countTokens({ body, script, content, choices }),
  }
}
