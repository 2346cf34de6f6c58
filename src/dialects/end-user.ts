import { WeirError } from '../core/errors.ts'

const maxLength = 256

/** Whom a request is for, as `param` says it. Half a character is refused: a ledger that keeps UTF-8 would mix up two ids that differ only there. */
export function checkedEndUser(id: string, param: string): string {
  if (id.length <= maxLength && !/\p{Surrogate}/u.test(id)) return id
  throw new WeirError('invalid_request', `${param} must be text of at most ${maxLength} characters.`, {
    param,
  })
}
