import type { MatchLogic } from '@pydantic/genai-prices'

/** Whether a name is one that the package's logic means. */
export function matches(logic: MatchLogic, name: string): boolean {
  if ('or' in logic) return logic.or.some((part) => matches(part, name))
  if ('and' in logic) return logic.and.every((part) => matches(part, name))
  if ('equals' in logic) return name === logic.equals
  if ('starts_with' in logic) return name.startsWith(logic.starts_with)
  if ('ends_with' in logic) return name.endsWith(logic.ends_with)
  if ('contains' in logic) return name.includes(logic.contains)
  return new RegExp(logic.regex).test(name)
}

/** The names that the logic lists. Its patterns are for names that it cannot list. */
export function namesListed(logic: MatchLogic): string[] {
  if ('or' in logic) return logic.or.flatMap(namesListed)
  return 'equals' in logic ? [logic.equals] : []
}
