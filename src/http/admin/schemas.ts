import { z } from '@hono/zod-openapi'
import type { IdKind } from '../../core/ids.ts'
import type { Page, PageQuery } from '../../ledger/records.ts'
import { idWithin } from './access.ts'
import { invalid } from './errors.ts'

/** What several resources share: fields, pages, and how an answer is described. */

export const endUserHelp = 'must be the name of an end user, 1 to 256 characters.'

const controlsHelp = 'must not hold control characters.'
const noControls = (text: string) => !/\p{Cc}/u.test(text)

export const nameField = z.string().trim().min(1).max(100).refine(noControls, controlsHelp)

/** Why something was done, in the admin's words. */
export const noteField = z.string().trim().min(1).max(500).refine(noControls, controlsHelp)

/** An end user as callers name it. Half a character names nobody: no caller can send it. */
export const endUserField = z
  .string()
  .min(1, endUserHelp)
  .max(256, endUserHelp)
  .refine((name) => !/\p{Surrogate}/u.test(name), endUserHelp)

export const orgField = z
  .string()
  .openapi({ description: 'Id (`org_…`) or slug of the org. An org’s own key may leave it out.' })

/** A glob of catalogue names; `*` stands for any run of characters. */
export const globField = z.string().min(1).max(100)

export const globsField = z
  .array(globField)
  .min(1, 'must name a model; leave it out to mean every model.')
  .max(50)
  .openapi({ example: ['gpt-*'] })

const isoTime = [z.iso.datetime({ offset: true }), z.iso.date()] as const
const timeHelp = 'must be ISO 8601 with a time zone, a date, or Unix seconds (in a query write + as %2B).'

/** A time in a query; Unix milliseconds once read. */
export const timeParam = z
  .union([...isoTime, z.string().regex(/^\d{1,11}$/)], timeHelp)
  .transform((text) => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text)))

/** A time in a body; Unix milliseconds once read. */
export const timeField = z
  .union([...isoTime, z.int().min(0).max(99_999_999_999)], timeHelp)
  .transform((time) => (typeof time === 'number' ? time * 1000 : Date.parse(time)))

/** A time in an answer. */
export const time = z.iso.datetime()

/** An amount of USD in an answer, with all its digits. */
export const usd = z.string().openapi({ example: '0.001234567' })

const pageLimitHelp = 'must be a whole number from 1 to 200.'
const pageLimit = z.coerce
  .number(pageLimitHelp)
  .int(pageLimitHelp)
  .min(1, pageLimitHelp)
  .max(200, pageLimitHelp)
  .default(50)

/** Which part of a list. */
export const pageFields = {
  limit: pageLimit,
  after: z.string().optional().openapi({ description: 'The `next` of the page before.' }),
}

export const idParams = z.object({ id: z.string() })

export const createHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x20-\x7e]{1,255}$/, 'must be 1 to 255 printable characters.')
    .optional()
    .openapi({ description: 'A create that is sent again with the same key makes nothing new.' }),
})

const errorSchema = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.string(),
      limit: z.record(z.string(), z.unknown()).optional(),
    }),
  })
  .openapi('Error')

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** The fields of a change that were sent: at least one. What is left out stays as it is. */
export function given<T extends object>(body: T): Given<T> {
  const sent = Object.entries(body).filter(([, value]) => value !== undefined)
  if (sent.length === 0) throw invalid('body', 'give something to change.')
  // Without what is undefined, the rest has the types that it had.
  return Object.fromEntries(sent) as Given<T>
}

/** How an answer in JSON is described. */
export function json<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { 'application/json': { schema } } }
}

/** How a body in JSON is described. */
export function jsonBody<T extends z.ZodType>(schema: T) {
  return { required: true, content: { 'application/json': { schema } } }
}

/** The answers of a create. */
export function createdAnswers<T extends z.ZodType>(schema: T) {
  return {
    200: json(schema, 'It was made by an earlier call with this Idempotency-Key'),
    201: json(schema, 'It was made'),
    ...failures,
  }
}

/** Each operation may also fail. */
export const failures = {
  '4XX': json(errorSchema, 'The request was refused'),
  '5XX': json(errorSchema, 'The gateway failed'),
}

export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item), has_more: z.boolean(), next: z.string().nullable() })
}

/** The part of an org's list that a query asks for; `after` must be of that org. */
export function pageWithin(
  org: string,
  kind: IdKind,
  { limit, after }: { limit: number; after?: string | undefined },
): PageQuery {
  return { limit, ...(after !== undefined && { after: idWithin(org, kind, after) }) }
}

/** A page in its wire form; `next` is what to send as `after`. */
export function pageToWire<T, W extends { id: string }>(page: Page<T>, toWire: (record: T) => W) {
  const data = page.data.map(toWire)
  return { data, has_more: page.hasMore, next: page.hasMore ? (data.at(-1)?.id ?? null) : null }
}

/** A list that is always answered whole, in the form of a page. */
export function wholeList<W>(data: W[]) {
  return { data, has_more: false, next: null }
}
