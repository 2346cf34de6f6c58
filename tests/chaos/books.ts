import { z } from 'zod'
import type { Admin } from './admin.ts'
import type { Arena } from './arena.ts'
import { parseRows } from './follower.ts'
import { readRawBooks, type RawBooks } from './raw-books.ts'
import {
  limitSchema,
  topUpSchema,
  usageSchema,
  type Adjustment,
  type Exported,
  type Limit,
  type Row,
  type TopUp,
  type UsageLine,
} from './wire.ts'

/** All that the books of an org say at the end. */
export interface OrgBooks {
  readonly org: string
  /** As exported: each row, of calls and corrections. */
  readonly exported: readonly Exported[]
  readonly rows: readonly Row[]
  readonly adjustments: readonly Adjustment[]
  /** Ids as the pages of `/requests` have them. */
  readonly pagedIds: readonly string[]
  readonly limits: readonly Limit[]
  /** Shares of limits that each end user has, by limit and end user. */
  readonly shares: readonly { readonly limit: Limit; readonly endUser: string }[]
  readonly topUps: readonly TopUp[]
  /** By what the usage was grouped; `''` for the total. */
  readonly usage: ReadonlyMap<string, readonly UsageLine[]>
  readonly raw: RawBooks
  /** Unix milliseconds at which limits were read. */
  readonly readAt: number
}

export const groupings = ['', 'model,provider', 'key', 'end_user', 'tag', 'project'] as const

export async function readBooks(admin: Admin, arena: Arena, org: string): Promise<OrgBooks> {
  const exported = parseRows(await admin.read(`/exports/rows?org=${org}`))
  const rows = exported.filter((row) => row.type === 'request')
  const limits = await admin.list(`/limits?org=${org}`, limitSchema)
  const readAt = Date.now()
  return {
    org,
    exported,
    rows,
    adjustments: exported.filter((row) => row.type === 'adjustment'),
    pagedIds: (await admin.list(`/requests?org=${org}`, z.object({ id: z.string() }))).map(({ id }) => id),
    limits,
    shares: await readShares(admin, limits, rows),
    topUps: await admin.list(`/topups?org=${org}`, topUpSchema),
    usage: await readUsage(admin, org),
    raw: await readRawBooks(arena, org),
    readAt,
  }
}

async function readShares(admin: Admin, limits: readonly Limit[], rows: readonly Row[]) {
  const endUsers = [...new Set(rows.flatMap(({ end_user: endUser }) => endUser ?? []))]
  const shared = limits.filter(({ scope }) => scope.type === 'end_user' && scope.id === '*')
  const pairs = shared.flatMap(({ id }) => endUsers.map((endUser) => ({ id, endUser })))
  return Promise.all(
    pairs.map(async ({ id, endUser }) => {
      const text = await admin.read(`/limits/${id}?end_user=${endUser}`)
      return { limit: limitSchema.parse(JSON.parse(text)), endUser }
    }),
  )
}

async function readUsage(admin: Admin, org: string): Promise<Map<string, UsageLine[]>> {
  const found = new Map<string, UsageLine[]>()
  for (const by of groupings) {
    const text = await admin.read(`/usage?org=${org}${by && `&group_by=${by}`}`)
    found.set(by, z.object({ data: z.array(usageSchema) }).parse(JSON.parse(text)).data)
  }
  return found
}

/** What every gateway must tell alike, as text. */
export async function readAlike(admin: Admin, url: string, orgs: readonly string[]): Promise<string> {
  const paths = orgs.flatMap((org) => [
    `/usage?org=${org}&group_by=key`,
    `/exports/rows?org=${org}`,
    `/topups?org=${org}`,
  ])
  const texts = await Promise.all(paths.map((path) => admin.read(path, url)))
  return texts.map((text) => text.replaceAll(/"(?:from|to)":"[^"]*",?/g, '')).join('\n')
}
