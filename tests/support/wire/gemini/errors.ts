import { typeName, type Fault } from '../fault.ts'
import { Refusal } from '../refusal.ts'

const kinds: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

const google = 'type.googleapis.com/google.rpc'

function detailsOf(status: number, reason?: string): object[] {
  if (reason) return [{ '@type': `${google}.ErrorInfo`, reason, domain: 'googleapis.com' }]
  return status === 429 ? [{ '@type': `${google}.RetryInfo`, retryDelay: '1s' }] : []
}

/** The error as it stands in bodies and streams. */
export function errorObject(status: number, message: string, kind?: { kind?: string; reason?: string }) {
  const details = detailsOf(status, kind?.reason)
  return {
    error: {
      code: status,
      message,
      status: kind?.kind ?? kinds[status] ?? 'INTERNAL',
      ...(details.length > 0 && { details }),
    },
  }
}

const protoTypes: Record<string, string> = {
  string: 'TYPE_STRING',
  number: 'TYPE_FLOAT',
  int: 'TYPE_INT32',
  boolean: 'TYPE_BOOL',
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** `contents[0].parts[1]`, with the protocol's own names. */
function pathOf(path: readonly (string | number)[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${snake(step)}`))
    .join('')
    .slice(1)
}

/** What the vendor says of a body that it cannot read. */
export function refusalOf({ why, path, expected, value, message }: Fault): Refusal {
  const where = pathOf(path)
  if (why === 'unknown') {
    const parent = pathOf(path.slice(0, -1))
    const at = parent ? ` at '${parent}'` : ''
    return new Refusal(
      400,
      `Invalid JSON payload received. Unknown name "${String(path.at(-1))}"${at}: Cannot find field.`,
    )
  }
  if (why === 'missing')
    return new Refusal(400, `* GenerateContentRequest.${where}: required field is not set`)
  if (why === 'other') return new Refusal(400, `Invalid value at '${where}': ${message}`)
  const type = protoTypes[expected] ?? (why === 'value' ? 'TYPE_ENUM' : expected)
  const shown = typeof value === 'object' ? typeName(value) : JSON.stringify(value)
  return new Refusal(400, `Invalid value at '${where}' (${type}), ${shown}`)
}
