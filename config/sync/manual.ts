import { z } from 'zod'
import { check } from '../errors.ts'
import manualFile from './manual.json' with { type: 'json' }

const why = z.string().min(1)

const manualSchema = z.record(
  z.string(),
  z.strictObject({
    /** Names that the catalogue does without; each pattern must match the whole name. */
    left_out: z.array(z.strictObject({ names: z.array(z.string()), why })),
    /** Fields laid over a model of the package, by its id there, or a whole model that the package lacks. */
    models: z.record(z.string(), z.looseObject({ why })),
  }),
)

export type Manual = z.output<typeof manualSchema>[string]

/** What people wrote by hand about each provider's models: limits, removals, corrections, each with its reason. */
export const manual = check(manualSchema, manualFile, 'sync/manual.json')
