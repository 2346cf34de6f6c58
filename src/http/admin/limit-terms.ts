import { z } from '@hono/zod-openapi'
import type { NewLimit } from '../../ledger/records.ts'
import { amountHelp, readAmount } from './amounts.ts'
import { globsField } from './schemas.ts'

/** A limit without its scope: the same fields when it is made alone and when it is made with a key. */

export const metrics = z.enum(['requests', 'tokens', 'input_tokens', 'output_tokens', 'cost', 'concurrency'])
export const periods = z.enum(['minute', 'hour', 'day', 'week', 'month', 'lifetime'])

export const amountField = z
  .union([z.string(), z.number()], 'must be a number, or for cost USD as a decimal string.')
  .openapi({
    description: 'USD for cost, as a decimal string or a number; a whole number for all else. 0 blocks.',
  })

export const termFields = {
  metric: metrics,
  per: periods.optional().openapi({ description: 'Required, except for concurrency, which has none.' }),
  amount: amountField,
  burst: amountField
    .optional()
    .openapi({ description: 'Size of the bucket of a minute or hour limit; the amount where absent.' }),
  models: globsField.optional(),
}

const termsSchema = z.strictObject(termFields)

export const burstHelp = 'only a minute or hour limit has one.'

/** What a limit counts, over which time, and how much of it there is. */
type Terms = Omit<NewLimit, 'id' | 'scope'>

type WrittenTerms = z.output<typeof termsSchema>

/** A limit without its scope, read into the ledger's units. */
export const termsField = termsSchema.transform(readTerms)

/** Reads a limit's terms, and says to the schema what is wrong with them. */
export function readTerms(written: WrittenTerms, ctx: z.RefinementCtx): Terms {
  const wrong = (field: string, message: string) => ctx.addIssue({ code: 'custom', path: [field], message })
  const { metric, per, models } = written
  const read = (field: 'amount' | 'burst'): number => {
    const amount = readAmount(metric, written[field] ?? '')
    if (amount === undefined) wrong(field, amountHelp(metric))
    return amount ?? 0
  }
  const perHelp = wrongPeriod(written)
  if (perHelp) wrong('per', perHelp)
  if (written.burst !== undefined && per !== 'minute' && per !== 'hour') wrong('burst', burstHelp)
  return {
    metric,
    amount: read('amount'),
    ...(per && { per }),
    ...(written.burst !== undefined && { burst: read('burst') }),
    ...(models && { models }),
  }
}

function wrongPeriod({ metric, per }: WrittenTerms): string | undefined {
  if (metric === 'concurrency') return per && 'concurrency counts calls under way: leave it out.'
  return per ? undefined : `a limit on ${metric} needs one of ${periods.options.join(', ')}.`
}
