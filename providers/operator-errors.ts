import type { DialectId } from '../src/core/dialect.ts'
import { standardOperatorErrors } from '../src/core/provider.ts'
import { accountErrors } from '../src/dialects/anthropic-messages/errors.ts'
import { geminiOperatorErrors } from '../src/dialects/gemini/errors.ts'

const ofDialect: Readonly<Partial<Record<DialectId, readonly string[]>>> = {
  'anthropic-messages': accountErrors,
  gemini: geminiOperatorErrors,
}

/** Error codes that are the operator's fault, where nothing is known of a provider but the dialects that it speaks. */
export function operatorErrorsOf(dialects: readonly DialectId[]): readonly string[] {
  return [...standardOperatorErrors, ...dialects.flatMap((dialect) => ofDialect[dialect] ?? [])]
}
