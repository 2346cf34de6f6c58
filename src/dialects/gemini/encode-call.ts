import type { ChatCall } from '../../core/chat/call.ts'
import type { CallTarget, EncodedCall } from '../../core/dialect.ts'
import { encodeConfig } from './encode-config.ts'
import { encodeTools } from './encode-tools.ts'
import { encodeTurns } from './encode-turns.ts'
import { Losses } from './losses.ts'
import { traitsOf } from './models.ts'

const encoder = new TextEncoder()

/** Throws WeirError `cannot_translate` where what matters cannot be carried. */
export function encodeCall(call: ChatCall, { upstreamModel, outputCap }: CallTarget): EncodedCall {
  const losses = new Losses()
  const traits = traitsOf(upstreamModel)
  const body = {
    ...encodeTurns(call, { traits, losses }),
    ...encodeTools(call, losses),
    generationConfig: encodeConfig(call, { outputCap, traits, losses }),
    ...encodeTier(call, losses),
  }
  noteLosses(call, losses)
  return { body: encoder.encode(JSON.stringify(body)), dropped: losses.names }
}

const tiers: ReadonlySet<string> = new Set(['flex', 'priority'])
const standardTiers: ReadonlySet<string> = new Set(['standard', 'default', 'auto'])

/** Without a word of it the standard tier serves. */
function encodeTier({ serviceTier }: ChatCall, losses: Losses): object {
  if (serviceTier === undefined || standardTiers.has(serviceTier)) return {}
  if (tiers.has(serviceTier)) return { serviceTier }
  losses.add('service_tier')
  return {}
}

/** Google has no end users, no keys of its cache, and labels only where calls are billed by project. */
function noteLosses({ turns, endUser, cacheKey, metadata, verbosity }: ChatCall, losses: Losses): void {
  losses.addIf(
    turns.some(({ name }) => name !== undefined),
    'name',
  )
  losses.addIf(endUser !== undefined, 'end_user')
  losses.addIf(cacheKey !== undefined, 'prompt_cache_key')
  losses.addIf(metadata !== undefined && Object.keys(metadata).length > 0, 'metadata')
  losses.addIf(verbosity !== undefined, 'verbosity')
}
