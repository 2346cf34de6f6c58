import { dotted, type Fault } from '../fault.ts'
import { Refusal } from '../refusal.ts'

const kinds: Record<number, string> = {
  400: 'ValidationException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  408: 'ModelTimeoutException',
  424: 'ModelErrorException',
  429: 'ThrottlingException',
  500: 'InternalServerException',
  503: 'ServiceUnavailableException',
}

/** The name of an error. */
export function kindOf(status: number, kind?: string): string {
  return kind ?? kinds[status] ?? 'InternalServerException'
}

/** Its name in a stream: in small at its beginning, and of fewer kinds. */
export function streamKindOf(status: number, kind?: string): string {
  const name = kindOf(status, kind)
  const streamed = status === 424 || status === 408 ? 'ModelStreamErrorException' : name
  return streamed.charAt(0).toLowerCase() + streamed.slice(1)
}

function wordsOf({ why, path, message }: Fault): string {
  const where = dotted(path)
  if (why === 'unknown') {
    return `Malformed input request: #/${path.slice(0, -1).join('/')}: extraneous key [${String(path.at(-1))}] is not permitted, please reformat your input and try again.`
  }
  if (why === 'missing') {
    return `1 validation error detected: Value null at '${where}' failed to satisfy constraint: Member must not be null`
  }
  return `1 validation error detected: Value at '${where}' failed to satisfy constraint: ${message}`
}

/** What the vendor says of a body that it cannot read. */
export function refusalOf(fault: Fault): Refusal {
  return new Refusal(400, wordsOf(fault))
}
