import type { EncodedCall, Target } from '../../core/dialect.ts'
import { spliceBytes, type Splice } from '../../core/json-fields.ts'
import { prefixId, renameField, setField } from '../json-edits.ts'
import { fitThoughts } from './fit-thoughts.ts'
import { tenantFields, type ChatRequest } from './read-request.ts'

/** The caller's bytes with the model's name, the usage flag, the output cap and the tenant's ids as the target needs them. */
export function rewriteRequest(request: ChatRequest, target: Target): EncodedCall {
  const dropped = new Set<string>()
  const body = spliceBytes(request.body, [
    ...setField(request, 'model', JSON.stringify(target.upstreamModel)),
    ...askForUsage(request, target),
    ...capOutput(request, target),
    ...fitThoughts(request, target.quirks, dropped),
    ...[...tenantFields, ...target.quirks.tenantFields].flatMap((name) =>
      prefixId(request, name, target.org),
    ),
  ])
  return { body, dropped: [...dropped] }
}

function askForUsage(request: ChatRequest, { quirks }: Target): Splice[] {
  if (!request.stream || request.wantsUsage || !quirks.streamOptions) return []
  const options = request.values['stream_options'] ?? {}
  return setField(request, 'stream_options', JSON.stringify({ ...options, include_usage: true }))
}

function capOutput(request: ChatRequest, { quirks, outputCap, clampTo }: Target): Splice[] {
  const [preferred = 'max_tokens'] = quirks.maxTokensFields
  const cap = String(clampTo ?? request.outputCap ?? outputCap)
  const named = ['max_tokens', 'max_completion_tokens'].find(
    (name) => (request.values[name] ?? null) !== null,
  )
  if (named === undefined) return setField(request, preferred, cap)
  const edits = setField(request, named, cap)
  if (quirks.maxTokensFields.includes(named)) return edits
  if (request.fields.has(preferred)) return [...edits, ...setField(request, preferred, cap)]
  return [...edits, ...renameField(request, named, preferred)]
}
