import { fail, must } from './check.ts'

/** A server-sent event as it is on the wire. */
export interface WireEvent {
  readonly event: string | undefined
  readonly data: string
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return fail('stream', 'is no UTF-8')
  }
}

const line = /^(event|data): (.*)$/

function readEvent(lines: readonly string[], what: string): WireEvent | undefined {
  const said: { event?: string; data?: string } = {}
  for (const text of lines) {
    if (text.startsWith(':')) continue
    const [, field, value] = line.exec(text) ?? fail(what, `has the line ${JSON.stringify(text)}`)
    const key = field === 'event' ? 'event' : 'data'
    must(said[key] === undefined, what, `has two lines of ${key}`)
    said[key] = value ?? ''
  }
  if (said.data === undefined) {
    must(said.event === undefined, what, 'has a name and no data')
    return undefined
  }
  return { event: said.event, data: said.data }
}

/** Reads a stream of events strictly: whole lines, whole events, and nothing that is neither. Comments are let pass. */
export function readEvents(bytes: Uint8Array): WireEvent[] {
  const text = decode(bytes).replaceAll('\r\n', '\n')
  must(text.endsWith('\n\n'), 'stream', 'ends in the middle of an event')
  const blocks = text.slice(0, -2).split('\n\n')
  return blocks.flatMap((block, at) => readEvent(block.split('\n'), `event ${at}`) ?? [])
}
