import type { Admin } from './admin.ts'
import type { Scenario } from './scenario.ts'

/** Whoever makes calls: a key, and whose it is. */
export interface Caller {
  readonly org: string
  readonly projectId: string | null
  readonly keyId: string
  readonly key: string
  /** In a tag of its calls. */
  readonly team: string
  /** USD that each gateway may hold for it while the ledger cannot be reached. */
  readonly allowance?: string
}

/** A balance that is topped up whenever it refuses, so that calls meet its end again and again. */
export interface Prepaid {
  readonly org: string
  readonly limitId: string
  /** USD: what it began with, and what is paid in each time. */
  readonly amount: string
  readonly topUp: string
}

export interface Tenants {
  readonly orgs: readonly string[]
  readonly callers: readonly Caller[]
  readonly prepaid: ReadonlyMap<string, Prepaid>
}

/** Terms of a limit as the admin API takes them; `topUp` makes it prepaid. */
interface LimitPlan {
  readonly topUp?: string
  readonly [term: string]: unknown
}

interface OrgPlan {
  readonly slug: string
  readonly limits: readonly LimitPlan[]
  readonly endUsers: Readonly<Record<string, readonly LimitPlan[]>>
  readonly projects: readonly GroupPlan[]
  /** Keys of no project. */
  readonly keys: readonly KeyPlan[]
}

interface GroupPlan {
  readonly limits: readonly LimitPlan[]
  readonly keys: readonly KeyPlan[]
}

interface KeyPlan {
  readonly limits: readonly LimitPlan[]
  readonly allowance?: string
}

/** Such as `requests per day`. Concurrency has no period. */
function limit(what: string, amount: number | string, more: object = {}): LimitPlan {
  const [metric, per] = what.split(' per ')
  return { metric, ...(per !== undefined && { per }), amount, ...more }
}

/** A few calls' worth, so that its end comes soon and often. */
const prepaid = (more: object = {}) => limit('cost per lifetime', '0.05', { topUp: '0.02', ...more })

/** Limits that never refuse: each call shows in them. */
const watching: readonly LimitPlan[] = [
  limit('concurrency', 100_000),
  limit('cost per lifetime', '1000000'),
  limit('requests per day', 1_000_000),
  limit('tokens per month', 1_000_000_000_000, { timezone: 'Asia/Shanghai' }),
]

/** So large a bucket refuses nobody; it drains so slowly that its filling nearly tells the sum. */
const largeBucket = { burst: 1_000_000 }
const inShanghai = { timezone: 'Asia/Shanghai' }
const keptWhole = { on_lost: 'hold' }

function orgPlans({ writers, seconds }: Scale): readonly OrgPlan[] {
  return [
    {
      slug: 'amber',
      limits: [
        ...watching,
        limit('concurrency', Math.ceil(writers * 0.75)),
        limit('cost per lifetime', '0.01', { mode: 'shadow' }),
        limit('tokens per hour', 1_000, largeBucket),
      ],
      endUsers: {
        // Some have used it up by the end.
        '*': [
          limit('cost per day', (seconds * 0.0007).toFixed(9), inShanghai),
          limit('requests per hour', 60, largeBucket),
        ],
        u3: [limit('requests per lifetime', seconds)],
      },
      projects: [
        {
          limits: [prepaid(keptWhole), limit('cost per day', '100', inShanghai)],
          keys: [
            {
              limits: [
                limit('tokens per minute', 60_000, { burst: 4_000 }),
                limit('requests per hour', 60, largeBucket),
              ],
            },
            { limits: [limit('concurrency', 3), prepaid()] },
          ],
        },
        {
          limits: [
            limit('input_tokens per week', 1_000_000_000, keptWhole),
            limit('output_tokens per lifetime', 1_000_000_000, { models: ['acme-*'] }),
          ],
          keys: [
            { limits: [limit('requests per minute', 120, { burst: 5 })] },
            { limits: [prepaid(keptWhole)] },
          ],
        },
      ],
      keys: [{ limits: [prepaid({ when_short: 'clamp' }), limit('tokens per day', 1_000_000_000)] }],
    },
    {
      slug: 'birch',
      limits: [...watching, prepaid(keptWhole)],
      endUsers: { '*': [limit('concurrency', 2), limit('output_tokens per day', 100_000)] },
      projects: [
        {
          limits: [],
          keys: [
            { limits: [limit('concurrency', 4)] },
            { limits: [limit('cost per lifetime', '0.5', { models: ['backup-*'] })] },
          ],
        },
      ],
      keys: [],
    },
    {
      // Its key goes on while the ledger is away.
      slug: 'cedar',
      limits: [...watching, prepaid(keptWhole)],
      endUsers: {},
      projects: [],
      keys: [{ limits: [limit('requests per lifetime', 1_000_000)], allowance: '0.05' }],
    },
  ]
}

/** How much is going to be called. */
type Scale = Pick<Scenario, 'writers' | 'seconds'>

/** Makes orgs with projects, keys, and limits of many kinds at every level. */
export async function createTenants(admin: Admin, scale: Scale): Promise<Tenants> {
  const callers: Caller[] = []
  const prepaid = new Map<string, Prepaid>()
  const plans = orgPlans(scale)
  for (const plan of plans) await createOrg(plan, { admin, callers, prepaid })
  return { orgs: plans.map(({ slug }) => slug), callers, prepaid }
}

interface Making {
  readonly admin: Admin
  readonly callers: Caller[]
  readonly prepaid: Map<string, Prepaid>
}

async function createOrg(
  { slug: org, limits, endUsers, projects, keys }: OrgPlan,
  making: Making,
): Promise<void> {
  const { admin } = making
  await admin.create('/orgs', { name: org, slug: org })
  await addLimits({ org, type: 'org' }, limits, making)
  for (const [id, own] of Object.entries(endUsers))
    await addLimits({ org, type: 'end_user', id }, own, making)
  for (const group of projects) {
    const { id } = await admin.create('/projects', { org, name: 'Project' })
    await addLimits({ org, type: 'project', id }, group.limits, making)
    for (const key of group.keys) await addKey({ org, projectId: id }, key, making)
  }
  for (const key of keys) await addKey({ org, projectId: null }, key, making)
}

async function addLimits(
  { org, ...scope }: { org: string; type: string; id?: string },
  limits: readonly LimitPlan[],
  { admin, prepaid }: Making,
): Promise<void> {
  for (const { topUp, ...terms } of limits) {
    const { id } = await admin.create('/limits', { org, scope, ...terms })
    if (topUp !== undefined) prepaid.set(id, { org, limitId: id, amount: String(terms['amount']), topUp })
  }
}

async function addKey(
  { org, projectId }: Pick<Caller, 'org' | 'projectId'>,
  { limits, allowance }: KeyPlan,
  making: Making,
): Promise<void> {
  const { admin, callers } = making
  const { id, key = '' } = await admin.create('/keys', {
    org,
    name: 'Key',
    ...(projectId !== null && { project: projectId }),
    ...(allowance !== undefined && { fail_open: { allowance } }),
  })
  await addLimits({ org, type: 'key', id }, limits, making)
  const team = `${org}-${callers.length}`
  callers.push({ org, projectId, keyId: id, key, team, ...(allowance !== undefined && { allowance }) })
}
