import type { EncodedCall, Target } from '../../core/dialect.ts'
import { WeirError } from '../../core/errors.ts'
import { spliceBytes, type Splice } from '../../core/json-fields.ts'
import type { Quirks } from '../../core/provider.ts'
import { fieldsOf, isFields, listOf } from '../fields.ts'
import { mendField, mendList, prefixId, setField } from '../json-edits.ts'
import { traitsOf } from '../openai-models.ts'
import { refusalForFields } from '../refused-fields.ts'
import { sealedReasoning } from './includables.ts'
import { tenantFields, type ResponsesRequest } from './read-request.ts'
import { forOpenAi } from './reasoning.ts'

/** The caller's bytes with the model's name, the output cap and the tenant's ids as the target needs them, and nothing kept upstream. */
export function rewriteRequest(request: ResponsesRequest, target: Target): EncodedCall {
  const cap = target.clampTo ?? request.outputCap ?? target.outputCap
  const dropped = new Set<string>()
  const body = spliceBytes(request.body, [
    ...setField(request, 'model', JSON.stringify(target.upstreamModel)),
    ...setField(request, 'max_output_tokens', String(cap)),
    ...setField(request, 'store', 'false'),
    ...askForSeals(request, target),
    ...fitThought(request, dropped),
    ...[...tenantFields, ...target.quirks.tenantFields].flatMap((name) =>
      prefixId(request, name, target.org),
    ),
  ])
  return { body, dropped: [...dropped] }
}

function askForSeals(request: ResponsesRequest, { upstreamModel }: Target): Splice[] {
  const include = listOf(request.values, 'include')
  const { effort } = fieldsOf(request.values, 'reasoning')
  const thinks = typeof effort === 'string' && effort !== 'none'
  if (include.includes(sealedReasoning) || (!thinks && !traitsOf(upstreamModel).seals)) return []
  return setField(request, 'include', JSON.stringify([...include, sealedReasoning]))
}

/** Thought goes up as far as the provider can know it: what was sealed by others, or what it had to keep itself, is left out. */
function fitThought(request: ResponsesRequest, dropped: Set<string>): Splice[] {
  return mendField(request, 'input', (input) => mendList(input, (item) => fitItem(item, dropped)))
}

function fitItem(item: unknown, dropped: Set<string>): readonly unknown[] {
  if (!isFields(item) || item['type'] !== 'reasoning') return [item]
  const fitting = forOpenAi(item)
  if (!fitting) dropped.add('reasoning')
  return fitting ? [fitting] : []
}

/** What was not put in of what the gateway keeps, or a field that this provider may not be asked for. */
export function refusalFor(request: ResponsesRequest, quirks: Quirks): WeirError | undefined {
  return refusalForMissing(request) ?? refusalForFields(request, quirks)
}

/** What a request stands on must be part of it: a provider that looked it up would look among all orgs'. */
export function refusalForMissing(request: ResponsesRequest): WeirError | undefined {
  if (request.previousResponseId !== undefined)
    return new WeirError('not_found', 'No such response is kept for this org.', {
      param: 'previous_response_id',
    })
  if (request.itemReferences.length > 0)
    return new WeirError('not_found', 'No such item is kept for this org.', { param: 'input' })
  return undefined
}
