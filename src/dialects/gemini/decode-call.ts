import type { ChatCall } from '../../core/chat/call.ts'
import type { Fields } from '../fields.ts'
import { invalid } from '../json-request.ts'
import { CallIds } from './call-ids.ts'
import { decodeConfig } from './decode-config.ts'
import { decodeTools } from './decode-tools.ts'
import { decodeSystem, decodeTurns } from './decode-turns.ts'
import { camelOf, fieldOf, objectOf } from './field-names.ts'
import type { GeminiRequest } from './read-request.ts'

/** Fields of a request that have a place in a call, or were looked at when it was read. */
const known: ReadonlySet<string> = new Set([
  'model',
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
  'serviceTier',
  'labels',
  'store',
])

/** Reads all of a request. Throws WeirError `invalid_request`, naming the field at fault. */
export function decodeCall({ values, config, stream, answers, outputCap }: GeminiRequest): ChatCall {
  const foreign = new Set<string>()
  for (const [name, value] of Object.entries(values))
    if (!known.has(camelOf(name)) && !isEmpty(value)) foreign.add(camelOf(name))
  const metadata = decodeLabels(values)
  return {
    system: decodeSystem(values),
    turns: decodeTurns(values, { ids: new CallIds(), foreign }),
    ...decodeTools(values, foreign),
    ...decodeConfig(config?.values ?? {}, foreign),
    ...(outputCap !== undefined && { outputCap }),
    answers,
    stream,
    ...(fieldOf(values, 'serviceTier') !== undefined && { serviceTier: 'standard' }),
    ...(metadata && { metadata }),
    foreign: [...foreign],
  }
}

function isEmpty(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0)
}

function decodeLabels(values: Fields): Readonly<Record<string, string>> | undefined {
  const labels = objectOf(values, 'labels')
  if (!labels) return undefined
  return Object.fromEntries(
    Object.entries(labels).map(([name, value]) => {
      if (typeof value !== 'string') throw invalid('labels must be strings.', 'labels')
      return [name, value]
    }),
  )
}
