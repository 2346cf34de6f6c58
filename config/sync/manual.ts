import { z } from 'zod'
import { check } from '../errors.ts'
import manualFile from './manual.json' with { type: 'json' }

const why = z.string().min(1)

const modelSchema = z.looseObject({
  why,
  /** The id that the package has for it, where that is not its name here. */
  package: z.string().optional(),
  /** What else the vendor calls it: each becomes a model like it. */
  names: z.array(z.string()).optional(),
  /** Prices that the package lacks, put on each of its cards. */
  per_million: z.record(z.string(), z.number()).optional(),
  /** Where the package's prices hold, if not everywhere. */
  region: z.string().optional(),
})

const manualSchema = z.record(
  z.string(),
  z.strictObject({
    /** The package's id of the provider, where it is another. */
    package: z.string().optional(),
    /** Providers whose models it sells at their prices: these are taken in place of the package's. */
    like: z.array(z.string()).optional(),
    /** Names and ids of the package that the catalogue does without; each pattern must match the whole. */
    left_out: z.array(z.strictObject({ names: z.array(z.string()), why })),
    /** Fields laid over a model of the package or of a provider like it, or a whole model that is newer. */
    models: z.record(z.string(), modelSchema),
  }),
)

export type Manual = z.output<typeof manualSchema>[string]
export type ManualModel = z.output<typeof modelSchema>

/** What people wrote by hand about each provider's models: limits, removals, corrections, each with its reason. */
export const manual = check(manualSchema, manualFile, 'sync/manual.json')
