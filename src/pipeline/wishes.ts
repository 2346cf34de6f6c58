import { WeirError } from '../core/errors.ts'
import type { Caller } from './answer.ts'
import { readTags } from './tags.ts'

/** What a caller asks of the gateway itself, in headers. */
export interface Wishes {
  readonly tags: Readonly<Record<string, string>>
  /** That a stream ends with its usage and cost. */
  readonly usageEvent: boolean
  /** That what cannot be carried to a provider is refused, not dropped. */
  readonly strict: boolean
}

/** Throws WeirError `invalid_request`, naming the header. */
export function readWishes(caller: Caller): Wishes {
  return {
    tags: readTags(caller.header('x-weir-tags')),
    usageEvent: readSwitch(caller, 'x-weir-usage'),
    strict: readSwitch(caller, 'x-weir-strict'),
  }
}

function readSwitch(caller: Caller, name: string): boolean {
  const value = caller.header(name)?.trim().toLowerCase() ?? 'false'
  if (value !== 'true' && value !== 'false')
    throw new WeirError('invalid_request', `${name} must be true or false.`, { param: name })
  return value === 'true'
}
