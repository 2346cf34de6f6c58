import { z } from 'zod'

const seconds = (fallback: number) => z.coerce.number().positive().max(86_400).default(fallback)

const settingsSchema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8787),
  HOST: z.string().min(1).default('127.0.0.1'),
  WEIR_DATA: z.string().min(1).default('.weir'),
  WEIR_LEDGER: z
    .union(
      [z.literal('sqlite'), z.string().regex(/^rediss?(\+cluster)?:\/\//)],
      'must be sqlite or the address of a Redis: redis://…, rediss://…, redis+cluster://….',
    )
    .default('sqlite'),
  WEIR_ARCHIVE: z.string().min(1).optional(),
  WEIR_RETENTION_DAYS: z.coerce.number().int().min(1).max(36_500).optional(),
  WEIR_ADMIN_KEY: z.string().min(16).optional(),
  WEIR_CONFIG: z.string().min(1).optional(),
  WEIR_MAX_BODY_MB: z.coerce.number().positive().max(512).default(20),
  WEIR_LEASE_SECONDS: seconds(120),
  WEIR_DURABILITY: z.enum(['normal', 'full']).default('normal'),
  WEIR_FIRST_BYTE_SECONDS: seconds(600),
  WEIR_IDLE_SECONDS: seconds(120),
  WEIR_TOTAL_SECONDS: seconds(3600),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
})

/** What the operator set, read once. Nobody else reads the environment, save a provider's credential and address. */
export type Settings = ReturnType<typeof readSettings>

/** Reads the environment (strings; on Workers, bindings too). Throws with the name of what is wrong, never with its value. */
export function readSettings(environment: Readonly<Record<string, unknown>>) {
  const named = Object.keys(settingsSchema.shape).map((name) => [name, environment[name] || undefined])
  const result = settingsSchema.safeParse(Object.fromEntries(named))
  if (!result.success) {
    const faults = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new Error(`Settings are wrong. ${faults.join('; ')}`)
  }
  const { data } = result
  return {
    port: data.PORT,
    host: data.HOST,
    dataFolder: data.WEIR_DATA,
    /** `sqlite`, or the address of a Redis, which may hold a password. */
    ledger: data.WEIR_LEDGER,
    archiveFolder: data.WEIR_ARCHIVE ?? `${data.WEIR_DATA}/archive`,
    /** Rows older than this are deleted; undefined where they stay. */
    retentionMs: data.WEIR_RETENTION_DAYS === undefined ? undefined : data.WEIR_RETENTION_DAYS * 86_400_000,
    adminKey: data.WEIR_ADMIN_KEY,
    config: data.WEIR_CONFIG,
    maxBodyBytes: data.WEIR_MAX_BODY_MB * 1024 * 1024,
    leaseSeconds: data.WEIR_LEASE_SECONDS,
    durability: data.WEIR_DURABILITY,
    firstByteSeconds: data.WEIR_FIRST_BYTE_SECONDS,
    idleSeconds: data.WEIR_IDLE_SECONDS,
    totalSeconds: data.WEIR_TOTAL_SECONDS,
    logLevel: data.LOG_LEVEL,
  }
}
