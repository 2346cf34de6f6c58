import { z } from 'zod'

/** Fields that chat and Responses have in common. */

export const toolName = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, 'string does not match pattern.')

export const effort = z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])

export const verbosity = z.enum(['low', 'medium', 'high'])

export const cacheBreakpoint = {
  prompt_cache_breakpoint: z
    .strictObject({ mode: z.literal('explicit'), ttl: z.enum(['30m', '12h']).optional() })
    .optional(),
}

/** A picture by address: of the web, or with its bytes in it. */
export const imageUrl = z
  .string()
  .regex(
    /^(https?:\/\/\S+|data:image\/(png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=]+)$/,
    'Expected a valid URL.',
  )

/** A file with its bytes. */
export const fileData = z
  .string()
  .regex(/^data:[\w.+-]+\/[\w.+-]+;base64,[A-Za-z0-9+/=]+$/, 'Expected a data URL.')

export const detail = z.enum(['auto', 'low', 'high', 'original'])

export const sharedFields = {
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  metadata: z
    .record(z.string().max(64), z.string().max(512))
    .refine((pairs) => Object.keys(pairs).length <= 16, 'too many properties')
    .nullish(),
  moderation: z.looseObject({ model: z.string() }).nullish(),
  prompt_cache_key: z.string().nullish(),
  prompt_cache_options: z
    .strictObject({
      mode: z.enum(['implicit', 'explicit']).optional(),
      ttl: z.enum(['30m', '12h']).optional(),
    })
    .optional(),
  prompt_cache_retention: z.enum(['in_memory', '24h']).nullish(),
  safety_identifier: z.string().max(128).nullish(),
  service_tier: z.enum(['auto', 'default', 'flex', 'scale', 'priority', 'fast']).nullish(),
  store: z.boolean().nullish(),
  stream: z.boolean().nullish(),
  user: z.string().optional(),
}
