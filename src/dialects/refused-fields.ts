import { WeirError } from '../core/errors.ts'
import type { Quirks } from '../core/provider.ts'
import { foldName, type JsonRequest } from './json-request.ts'

/** A field that this provider sells, or by which it tells its tenants apart, that is switched on, oddly spelt or no text. */
export function refusalForFields({ fields, values }: JsonRequest, quirks: Quirks): WeirError | undefined {
  for (const [name, { rawName }] of fields) {
    const folded = foldName(name)
    const value = values[name] ?? undefined
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
