import { concatBytes } from '../src/core/bytes.ts'
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

/** The request with its body edited in place, all else byte for byte. */
export function forClaudeHost(request: UpstreamRequest, host: ClaudeHost): UpstreamRequest {
  const { [betaHeader]: betas, 'anthropic-version': _, ...headers } = request.headers
  const body = request.body ?? new Uint8Array()
  const added = [`"anthropic_version":${JSON.stringify(host.version)}`]
  if (betas !== undefined && host.betasInBody)
    added.push(`"anthropic_beta":${JSON.stringify(betas.split(',').map((beta) => beta.trim()))}`)
  return {
    ...request,
    headers: { ...headers, ...(betas !== undefined && !host.betasInBody && { [betaHeader]: betas }) },
    body: refield(body, added, host.without),
  }
}

/** The object with these fields in front, and without those of some names; the values of all others byte for byte. */
function refield(body: Uint8Array, added: readonly string[], without: readonly string[]): Uint8Array {
  const kept = findFields(body).fields.filter(({ rawName }) => !without.includes(rawName))
  const parts = [
    ...added.map((text) => encoder.encode(text)),
    ...kept.map(({ nameStart, valueEnd }) => body.subarray(nameStart, valueEnd)),
  ]
  const separated = parts.flatMap((part, index) => (index === 0 ? [part] : [comma, part]))
  return concatBytes([encoder.encode('{'), ...separated, encoder.encode('}')])
}
