import { concatBytes } from '../src/core/bytes.ts'
import type { ErrorFacts } from '../src/core/dialect.ts'
import { findFields } from '../src/core/json-fields.ts'
import type { UpstreamRequest } from '../src/core/transport.ts'

/** How other clouds want a request to Claude: as Anthropic has it, but for a few fields that are elsewhere. */
export interface ClaudeHost {
  readonly version: string
  /** Fields that are in the address there. */
  readonly without: readonly string[]
  /** Whether betas are a list in the body, not a header. */
  readonly betasInBody: boolean
}

const betaHeader = 'anthropic-beta'
const encoder = new TextEncoder()
const comma = encoder.encode(',')

/** The request with its body edited in place, the values of all other fields byte for byte. */
export function forClaudeHost(request: UpstreamRequest, host: ClaudeHost): UpstreamRequest {
  const { [betaHeader]: header, 'anthropic-version': _, ...headers } = request.headers
  const added: Record<string, unknown> = { anthropic_version: host.version }
  const betas = betasIn(header)
  if (host.betasInBody && betas.length > 0) added['anthropic_beta'] = betas
  return {
    ...request,
    headers: { ...headers, ...(header !== undefined && !host.betasInBody && { [betaHeader]: header }) },
    body: refield(request.body ?? new Uint8Array(), added, host.without),
  }
}

function betasIn(header = ''): readonly string[] {
  return header
    .split(',')
    .map((beta) => beta.trim())
    .filter((beta) => beta !== '')
}

type Fields = Readonly<Record<string, unknown>>

/** The object with these fields in front, in place of its own of their names, and without those of some other names. */
function refield(body: Uint8Array, added: Fields, without: readonly string[]): Uint8Array {
  const gone = new Set([...Object.keys(added), ...without])
  const kept = findFields(body).fields.filter(({ rawName }) => !gone.has(nameOf(rawName)))
  const parts = [
    ...Object.entries(added).map(([name, value]) => encoder.encode(`"${name}":${JSON.stringify(value)}`)),
    ...kept.map(({ nameStart, valueEnd }) => body.subarray(nameStart, valueEnd)),
  ]
  const separated = parts.flatMap((part, index) => (index === 0 ? [part] : [comma, part]))
  return concatBytes([encoder.encode('{'), ...separated, encoder.encode('}')])
}

function nameOf(rawName: string): string {
  return rawName.includes('\\') ? (JSON.parse(`"${rawName}"`) as string) : rawName
}

/** A cloud's own error in Anthropic's words, for the caller's SDK to read; of the operator's account where its code says so. */
export function claudeError(
  { code, message = 'The request was refused.' }: ErrorFacts,
  { status, operatorErrors }: { readonly status: number; readonly operatorErrors: readonly string[] },
): Uint8Array {
  const isOperators = code !== undefined && operatorErrors.includes(code)
  const refusal = status === 413 ? 'request_too_large' : 'invalid_request_error'
  const type = isOperators ? 'permission_error' : refusal
  return encoder.encode(JSON.stringify({ type: 'error', error: { type, message } }))
}
