import type { EncodedCall, Target } from '../../core/dialect.ts'
import { spliceBytes, type Splice } from '../../core/json-fields.ts'
import { prefixId, setField } from '../json-edits.ts'
import { prefixEndUser } from './end-user.ts'
import { fitThoughts } from './fit-thoughts.ts'
import type { MessagesRequest } from './read-request.ts'
import { boundSearches } from './web-search.ts'

/** The caller's bytes with the model's name, the output cap and the end user's id as the target needs them. */
export function rewriteRequest(request: MessagesRequest, target: Target): EncodedCall {
  const dropped = new Set<string>()
  const body = spliceBytes(request.body, [
    ...setField(request, 'model', JSON.stringify(target.upstreamModel)),
    ...capOutput(request, target),
    ...prefixEndUser(request, target.org),
    ...fitThoughts(request, dropped, target.clampTo),
    ...boundSearches(request),
    ...target.quirks.tenantFields.flatMap((name) => prefixId(request, name, target.org)),
  ])
  return { body, dropped: [...dropped] }
}

function capOutput(request: MessagesRequest, { clampTo }: Target): Splice[] {
  const { maxTokens } = request
  if (maxTokens === undefined || clampTo === undefined || maxTokens <= clampTo) return []
  return setField(request, 'max_tokens', String(clampTo))
}
