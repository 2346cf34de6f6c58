import type { CacheMark, ChatCall, Part, TextPart, Turn } from '../../core/chat/call.ts'
import { WeirError } from '../../core/errors.ts'
import { isFields, type Fields } from '../fields.ts'
import { invalid } from '../json-request.ts'
import { noteUnknown } from './block-fields.ts'
import { decodeContent } from './decode-parts.ts'
import { decodeFormat, decodeReasoning, decodeSampling } from './decode-settings.ts'
import { cacheOf, decodeText } from './decode-text.ts'
import { decodeToolChoice, decodeTools } from './decode-tools.ts'
import type { MessagesRequest } from './read-request.ts'
import { listAt, nameable, objectAt, textAt } from './strictly.ts'

/** Reads all of a request. */
export function decodeCall(request: MessagesRequest): ChatCall {
  const { values, maxTokens, stream, answers, endUser } = request
  const foreign = new Set(foreignFields(values))
  const turns = listAt(values['messages'], 'messages').map((message, index) =>
    decodeTurn(message, { at: `messages.${index}`, foreign }),
  )
  return {
    system: decodeSystem(values['system'], foreign),
    turns: markLast(turns, cacheOf(values, 'request').cache),
    tools: decodeTools(values['tools'], foreign),
    ...decodeToolChoice(values['tool_choice']),
    ...decodeFormat(values),
    ...decodeReasoning(values, foreign),
    sampling: decodeSampling(values),
    stop: listAt(values['stop_sequences'], 'stop_sequences').map((item, index) =>
      textAt(item, `stop_sequences.${index}`),
    ),
    ...readCap(maxTokens),
    answers,
    stream,
    ...(values['service_tier'] === 'standard_only' && { serviceTier: 'standard' }),
    ...(endUser !== undefined && { endUser }),
    foreign: [...foreign],
  }
}

function readCap(maxTokens: number | undefined): { readonly outputCap?: number } {
  if (maxTokens === 0)
    throw new WeirError(
      'cannot_translate',
      'max_tokens 0 only warms the prompt cache, which this provider cannot be told to do: ask for 1 or more.',
      { param: 'max_tokens' },
    )
  return maxTokens === undefined ? {} : { outputCap: maxTokens }
}

/** What is read, or was authorised because it changes nothing. */
const known: ReadonlySet<string> = new Set([
  'model',
  'max_tokens',
  'messages',
  'system',
  'tools',
  'tool_choice',
  'cache_control',
  'output_config',
  'output_format',
  'thinking',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'stream',
  'service_tier',
  'speed',
  'inference_geo',
  'billing_policy',
  'metadata',
  'diagnostics',
  'mcp_servers',
  'fallbacks',
])

function foreignFields(values: Fields): string[] {
  const names = Object.keys(values).filter((name) => !known.has(name) && values[name] !== null)
  const metadata = Object.keys(isFields(values['metadata']) ? values['metadata'] : {})
  return [
    ...names.map((name) => nameable(name, 'fields')),
    ...(metadata.some((name) => name !== 'user_id') ? ['metadata'] : []),
  ]
}

function decodeSystem(system: unknown, foreign: Set<string>): TextPart[] {
  if (typeof system === 'string') return system === '' ? [] : [{ type: 'text', text: system }]
  return listAt(system, 'system').map((item, index) => {
    const at = `system.${index}`
    const block = objectAt(item, at)
    if (block['type'] !== 'text') throw invalid(`${at}.type must be text.`, `${at}.type`)
    noteUnknown(block, 'text', foreign)
    return decodeText(block, { at, foreign })
  })
}

const roles = ['user', 'assistant', 'system'] as const

function decodeTurn(message: unknown, { at, foreign }: { at: string; foreign: Set<string> }): Turn {
  const fields = objectAt(message, at)
  const role = roles.find((name) => name === fields['role'])
  if (!role) throw invalid(`${at}.role must be user, assistant or system.`, `${at}.role`)
  for (const name of Object.keys(fields))
    if (name !== 'role' && name !== 'content' && fields[name] !== null)
      foreign.add(nameable(name, 'messages'))
  return { role, parts: decodeContent(fields['content'], { at: `${at}.content`, foreign }) }
}

/** A mark on the whole request is one on the last thing in it that can have one. */
function markLast(turns: readonly Turn[], cache: CacheMark | undefined): readonly Turn[] {
  const last = cache && turns.findLast(({ parts }) => parts.some(canBeMarked))
  if (!last) return turns
  const marked = last.parts.findLastIndex(canBeMarked)
  const parts = last.parts.map((part, index) => (index === marked ? { ...part, cache } : part))
  return turns.map((turn) => (turn === last ? { ...turn, parts } : turn))
}

function canBeMarked({ type }: Part): boolean {
  return type !== 'reasoning' && type !== 'refusal'
}
