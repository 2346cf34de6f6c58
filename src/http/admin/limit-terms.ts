import { z } from '@hono/zod-openapi'
import type { Metric, Period } from '../../ledger/limit.ts'
import type { NewLimit } from '../../ledger/records.ts'
import { isTimezone } from '../../ledger/window.ts'
import { amountHelp, readAmount } from './amounts.ts'
import { globsField } from './schemas.ts'

/** A limit without its scope: the same fields when it is made alone and when it is made with a key. */

export const metrics = z.enum(['requests', 'tokens', 'input_tokens', 'output_tokens', 'cost', 'concurrency'])
export const periods = z.enum(['minute', 'hour', 'day', 'week', 'month', 'lifetime'])
export const modes = z.enum(['enforce', 'shadow'])
export const whenShorts = z.enum(['deny', 'clamp'])
export const onLosts = z.enum(['floor', 'hold'])

export const amountField = z
  .union([z.string(), z.number()], 'must be a number, or for cost USD as a decimal string.')
  .openapi({
    description: 'USD for cost, as a decimal string or a number; a whole number for all else. 0 blocks.',
  })

/** What of a limit may change later as well. */
export const policyFields = {
  mode: modes.optional().openapi({
    description:
      '`shadow` counts, and tells in `would_refuse` what it would have refused; it refuses nothing.',
  }),
  when_short: whenShorts.optional().openapi({
    description:
      'What becomes of a call that it does not cover in full: `deny` refuses it, `clamp` lets it go on with less output. ' +
      'For cost, tokens and output_tokens.',
  }),
  on_lost: onLosts.optional().openapi({
    description:
      'What a call is charged that was lost: what is known of it (`floor`), or all that it held (`hold`).',
  }),
}

export const termFields = {
  metric: metrics,
  per: periods.optional().openapi({ description: 'Required, except for concurrency, which has none.' }),
  amount: amountField,
  burst: amountField
    .optional()
    .openapi({ description: 'Size of the bucket of a minute or hour limit; the amount where absent.' }),
  models: globsField.optional(),
  timezone: z.string().optional().openapi({
    description: 'IANA name of the zone whose days, weeks or months it follows; UTC where absent.',
    example: 'Asia/Shanghai',
  }),
  ...policyFields,
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
  for (const [field, message] of faults(written)) wrong(field, message)
  return {
    metric,
    amount: read('amount'),
    ...(per && { per }),
    ...(written.burst !== undefined && { burst: read('burst') }),
    ...(models && { models }),
    ...readPolicy(written),
  }
}

/** What is the rule where nothing is said is not kept. */
function readPolicy({ mode, when_short, on_lost, timezone }: WrittenTerms): Partial<Terms> {
  return {
    ...(mode === 'shadow' && { mode }),
    ...(when_short === 'clamp' && { whenShort: when_short }),
    ...(on_lost === 'hold' && { onLost: on_lost }),
    ...(timezone !== undefined && { timezone }),
  }
}

/** The fields that do not go with the others, and why. */
function faults(written: WrittenTerms): [field: string, message: string][] {
  const { metric, per, timezone } = written
  const found = {
    per: wrongPeriod(metric, per),
    burst: written.burst !== undefined && per !== 'minute' && per !== 'hour' ? burstHelp : undefined,
    when_short: wrongWhenShort(metric, written.when_short),
    timezone: timezone === undefined ? undefined : wrongTimezone(per, timezone),
  }
  return Object.entries(found).flatMap(([field, message]) => (message ? [[field, message]] : []))
}

function wrongPeriod(metric: Metric, per: Period | undefined): string | undefined {
  if (metric === 'concurrency') return per && 'concurrency counts calls under way: leave it out.'
  return per ? undefined : `a limit on ${metric} needs one of ${periods.options.join(', ')}.`
}

/** Less output is no help where output does not count. */
export function wrongWhenShort(metric: Metric, whenShort: string | undefined): string | undefined {
  if (whenShort !== 'clamp' || metric === 'cost' || metric === 'tokens' || metric === 'output_tokens')
    return undefined
  return `a limit on ${metric} cannot clamp: only one on cost, tokens or output_tokens can.`
}

function wrongTimezone(per: Period | undefined, timezone: string): string | undefined {
  if (per !== 'day' && per !== 'week' && per !== 'month') return 'only a day, week or month limit has one.'
  return isTimezone(timezone) ? undefined : 'must be UTC or an IANA name such as Europe/Berlin.'
}
