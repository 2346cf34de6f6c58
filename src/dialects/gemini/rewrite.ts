import type { EncodedCall, Target } from '../../core/dialect.ts'
import { WeirError } from '../../core/errors.ts'
import { spliceBytes, type Splice } from '../../core/json-fields.ts'
import type { Quirks } from '../../core/provider.ts'
import type { Fields } from '../fields.ts'
import { setField } from '../json-edits.ts'
import { camelOf, spellingOf } from './field-names.ts'
import { fitSignatures } from './fit-signatures.ts'
import type { GeminiRequest } from './read-request.ts'

/** The caller's bytes with the output cap, and with the target's model where the caller names one. */
export function rewriteRequest(request: GeminiRequest, target: Target): EncodedCall {
  const dropped = new Set<string>()
  const body = spliceBytes(request.body, [
    ...nameModel(request, target),
    ...capOutput(request, target),
    ...fitSignatures(request, target.upstreamModel, dropped),
  ])
  return { body, dropped: [...dropped] }
}

function nameModel(request: GeminiRequest, { upstreamModel }: Target): Splice[] {
  const said = request.values['model'] ?? undefined
  if (typeof said !== 'string') return []
  const name = said.startsWith('models/') ? `models/${upstreamModel}` : upstreamModel
  return setField(request, 'model', JSON.stringify(name))
}

function capOutput(request: GeminiRequest, { outputCap, clampTo }: Target): Splice[] {
  const cap = String(clampTo ?? request.outputCap ?? outputCap)
  const { config } = request
  if (config) return setField(config, spellingOf(config.values, 'maxOutputTokens') ?? 'maxOutputTokens', cap)
  const name = spellingOf(request.values, 'generationConfig') ?? 'generationConfig'
  return setField(request, name, `{"maxOutputTokens":${cap}}`)
}

/** A field that this provider sells, and that is on. */
export function refusalFor({ values, config }: GeminiRequest, quirks: Quirks): WeirError | undefined {
  const name = [values, config?.values ?? {}].map((fields) => soldOf(fields, quirks)).find(Boolean)
  if (name === undefined) return undefined
  return new WeirError('invalid_request', `${name} is not supported with this value.`, { param: name })
}

function soldOf(fields: Fields, { refusedFields }: Quirks): string | undefined {
  return Object.keys(fields).find((name) => {
    const value = fields[name] ?? undefined
    const sells = refusedFields.includes(name) || refusedFields.includes(camelOf(name))
    return sells && value !== undefined && value !== false
  })
}
