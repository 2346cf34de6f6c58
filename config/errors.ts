import type { z } from 'zod'

/** The configuration cannot be used. Every problem names the entry and the field, and never repeats a value. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/**
 * Checks a value.
 * @param where Goes before each problem, e.g. `WEIR_CONFIG` or `openai/gpt-5.2`
 * @throws ConfigError with all problems at once
 */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where: string,
): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new ConfigError(result.error.issues.map((issue) => `${where}: ${issueText(issue)}`))
}

function issueText(issue: z.core.$ZodIssue): string {
  const field = issue.path.join('.')
  // What is wrong with a key is one level down.
  const message = (issue.code === 'invalid_key' && issue.issues[0]?.message) || issue.message
  return field ? `${field}: ${message}` : message
}
