import type { z } from 'zod'

/** What is wrong with a body, in words of no vendor. */
export interface Fault {
  readonly why: 'unknown' | 'missing' | 'type' | 'value' | 'other'
  readonly path: readonly (string | number)[]
  /** What should be there: a type, or the values that are allowed. */
  readonly expected: string
  /** What is there. */
  readonly value: unknown
  readonly message: string
}

type Issue = z.core.$ZodIssue

/** In a union, what is wrong with the member that fits best: the one in which the fault is deepest. */
function sharpest(issue: Issue): Issue {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue
  const members = issue.errors.flatMap(([first]) =>
    first ? [sharpest({ ...first, path: [...issue.path, ...first.path] } as Issue)] : [],
  )
  return members.reduce((best, next) => (depthOf(next) > depthOf(best) ? next : best))
}

/** An unknown name lies deeper than its path says; a wrong type, of it all or by name, says that it is the wrong member. */
function depthOf(issue: Issue): number {
  const depth = issue.path.length
  if (issue.code === 'unrecognized_keys') return depth + 0.5
  if (issue.path.at(-1) === 'type') return depth - 1
  return issue.code === 'invalid_type' ? depth : depth + 0.25
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined
    at = (at as Record<PropertyKey, unknown>)[step]
  }
  return at
}

function faultOf(issue: Issue, body: unknown): Fault {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)))
  const value = valueAt(body, path)
  const fault = { path, value, message: issue.message }
  if (issue.code === 'unrecognized_keys') {
    const name = issue.keys[0] ?? ''
    return { ...fault, why: 'unknown', path: [...path, name], expected: '' }
  }
  const expected = expectedOf(issue)
  if (value === undefined) return { ...fault, why: 'missing', expected }
  if (issue.code === 'invalid_type') return { ...fault, why: 'type', expected }
  return { ...fault, why: issue.code === 'invalid_value' ? 'value' : 'other', expected }
}

function expectedOf(issue: Issue): string {
  if (issue.code === 'invalid_type') return issue.expected
  return issue.code === 'invalid_value' ? issue.values.map((value) => `'${String(value)}'`).join(', ') : ''
}

/** Reads a body strictly, or tells the first thing that is wrong with it. */
export function readStrictly<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
): { readonly ok: z.output<Schema> } | { readonly fault: Fault } {
  const read = schema.safeParse(body)
  if (read.success) return { ok: read.data }
  const [first] = read.error.issues
  if (!first) throw read.error
  return { fault: faultOf(sharpest(first), body) }
}

/** A type's name as most vendors write it. */
export function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}

/** `messages[0].content`. */
export function dotted(path: readonly (string | number)[]): string {
  return path.map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at ? '.' : ''}${step}`)).join('')
}
