import type { EncodedCall, Target } from '../../core/dialect.ts'
import { WeirError } from '../../core/errors.ts'
import { spliceBytes, type Splice } from '../../core/json-fields.ts'
import type { Quirks } from '../../core/provider.ts'
import { prefixId, setField } from '../json-edits.ts'
import { foldName } from '../json-request.ts'
import { prefixEndUser } from './end-user.ts'
import { fitThoughts } from './fit-thoughts.ts'
import type { MessagesRequest } from './read-request.ts'

/** The caller's bytes with the model's name, the output cap and the end user's id as the target needs them. */
export function rewriteRequest(request: MessagesRequest, target: Target): EncodedCall {
  const dropped = new Set<string>()
  const body = spliceBytes(request.body, [
    ...setField(request, 'model', JSON.stringify(target.upstreamModel)),
    ...capOutput(request, target),
    ...prefixEndUser(request, target.org),
    ...fitThoughts(request, dropped),
    ...target.quirks.tenantFields.flatMap((name) => prefixId(request, name, target.org)),
  ])
  return { body, dropped: [...dropped] }
}

function capOutput(request: MessagesRequest, { clampTo }: Target): Splice[] {
  const { maxTokens } = request
  if (maxTokens === undefined || clampTo === undefined || maxTokens <= clampTo) return []
  return setField(request, 'max_tokens', String(clampTo))
}

/** A field that this provider sells, or by which it tells its tenants apart, that is switched on, oddly spelt or no text. */
export function refusalFor(request: MessagesRequest, quirks: Quirks): WeirError | undefined {
  for (const [name, { rawName }] of request.fields) {
    const folded = foldName(name)
    const value = request.values[name] ?? undefined
    const sells = quirks.refusedFields.includes(folded)
    if (!sells && !quirks.tenantFields.includes(folded)) continue
    const isHarmless = value === undefined || (sells ? value === false : typeof value === 'string')
    if (rawName !== folded || !isHarmless)
      return new WeirError('invalid_request', `${folded} is not supported with this value.`, {
        param: folded,
      })
  }
  return undefined
}
