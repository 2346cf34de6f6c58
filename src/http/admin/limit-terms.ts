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
export type Terms = Omit<NewLimit, 'id' | 'scope'>

/** A limit without its scope, read into the ledger's units. */
export const termsField = termsSchema.transform(readTerms)

/** Reads a limit's terms, and says to the schema what is wrong with them. */
export function readTerms(written: z.output<typeof termsSchema>, ctx: z.RefinementCtx): Terms {
  const { metric, per, models } = written
  const wrong = (field: string, message: string) => ctx.addIssue({ code: 'custom', path: [field], message })
  if (metric === 'concurrency' && per !== undefined)
    wrong('per', 'concurrency counts calls under way: leave it out.')
  if (metric !== 'concurrency' && per === undefined)
    wrong('per', `a limit on ${metric} needs one of ${periods.options.join(', ')}.`)

  const amount = readAmount(metric, written.amount)
  const burst = written.burst === undefined ? undefined : readAmount(metric, written.burst)
  if (amount === undefined) wrong('amount', amountHelp(metric))
  if (written.burst !== undefined && per !== 'minute' && per !== 'hour') wrong('burst', burstHelp)
  else if (written.burst !== undefined && burst === undefined) wrong('burst', amountHelp(metric))

  return {
    metric,
    amount: amount ?? 0,
    ...(per && { per }),
    ...(burst !== undefined && { burst }),
    ...(models && { models }),
  }
}
