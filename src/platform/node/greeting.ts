import type { FirstStart } from './first-start.ts'

/** What a started gateway tells its operator: where it is and, once, the keys that it made. */
export function greeting(url: string, made: FirstStart | undefined): string {
  const lines = [`Weir listens on ${url}`]
  if (made) {
    lines.push(
      '',
      'This is the first start. These keys are shown now and never again:',
      `  admin key   ${made.adminKey}`,
      `  caller key  ${made.callerKey}   (org demo)`,
      '',
      'Try it (the sandbox is a simulated model):',
      `  curl ${url}/v1/chat/completions -H 'authorization: Bearer ${made.callerKey}' -H 'content-type: application/json' -d '{"model":"sandbox-small","messages":[{"role":"user","content":"Hello"}]}'`,
    )
  }
  return `${lines.join('\n')}\n`
}
