import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Link } from './deliver.ts'
import { Bill, type OpenRecord } from './records.ts'
import type { Script } from './script.ts'
import { Watch } from './watch.ts'

/** All that changes while it runs. */
export class State {
  readonly watch = new Watch()
  readonly sockets = new Set<Socket>()
  records: OpenRecord[] = []
  bill = new Bill()
  open = new Set<string>()
  queue: Script[] = []
  always: Script = {}

  record(request: IncomingMessage, bodyBytes: Buffer): OpenRecord {
    const record: OpenRecord = {
      index: this.records.length,
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      bodyBytes,
      body: parsed(bodyBytes),
      status: undefined,
      aborted: false,
      finishedAt: undefined,
      heldAt: undefined,
      sent: [],
    }
    this.records.push(record)
    return record
  }

  reset(): void {
    this.records = []
    this.bill = new Bill()
    this.open = new Set()
    this.queue = []
    this.always = {}
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}

/** The way back to a client, watched from now on. */
export function linkTo(response: ServerResponse, record: OpenRecord, state: State): Link {
  const { watch, bill, open } = state
  const leaving = new AbortController()
  const close = () => {
    record.aborted = record.finishedAt === undefined
    leaving.abort()
    watch.changed()
  }
  if (response.closed) close()
  else response.once('close', close)
  response.once('finish', () => {
    record.finishedAt = Date.now()
    watch.changed()
  })
  response.on('error', () => leaving.abort())
  return {
    response,
    record,
    left: leaving.signal,
    hold: (name) => {
      record.heldAt = name
      watch.changed()
      return watch.until(() => open.has(name) || leaving.signal.aborted)
    },
    told: (id, told) => bill.add({ index: record.index, id, told }),
  }
}
