import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { deliver, type Link } from './deliver.ts'
import { isObject } from './json.ts'
import { Bill, type OpenRecord, type RecordedRequest } from './records.ts'
import { respond, type FlavourName, type Manner } from './respond.ts'
import type { Script } from './script.ts'
import { Watch } from './watch.ts'

export type { BillEntry, RecordedRequest } from './records.ts'
export type { FlavourName } from './respond.ts'
export type { Script } from './script.ts'

export interface SimulatorOptions {
  /** Whose departures it has (`openai`). */
  readonly flavour?: FlavourName
  /** The bearer key that it knows (`sk-sim`); `null` lets everyone in. */
  readonly key?: string | null
  /** Refuses what the vendor refuses beyond malformed bodies, such as `developer` messages at DeepSeek. */
  readonly strict?: boolean
}

/** A model provider on a real socket of this machine, which does what each request asks in its field `sim`. */
export interface Simulator {
  readonly flavour: FlavourName
  /** The base URL for a client, `http://127.0.0.1:<port>/v1`. */
  readonly url: string
  readonly key: string
  readonly requests: readonly RecordedRequest[]
  readonly bill: Pick<Bill, 'entries' | 'total'>
  /** Resolves when so many requests came in all, or when so many (1) wait at the gate of that name. */
  arrived(nameOrCount: string | number, count?: number): Promise<void>
  /** Opens a gate for good: for all that wait there and all that will come. */
  release(name: string): void
  /** Resolves when the client of that request left before its end. */
  waitForAbort(index: number): Promise<void>
  /** Resolves when that answer went out whole, or as far as it was scripted to. */
  waitForFinish(index: number): Promise<void>
  /** The body bytes that were sent so far. */
  lastAnswer(index: number): Buffer
  /** Open TCP connections, idle ones too. */
  openConnections(): number
  /** Requests that are neither finished nor aborted. */
  openRequests(): number
  /** Lays a script over that of each request from now on; `{}` ends it. */
  always(script: Script): void
  /** Lays scripts over those of the next requests, one each. */
  next(...scripts: Script[]): void
  /** Forgets requests, bill, gates and scripts. Requests under way go on unrecorded. */
  reset(): void
  close(): Promise<void>
}

const defaultKey = 'sk-sim'

/** Well above what any test leaves idle, so that a pooled connection is not closed under a request. */
const keepAliveMilliseconds = 60_000

/** All that changes while it runs. */
class State {
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

/** The id that the answer carries, for the bill. */
function idOf(record: OpenRecord): string {
  return /"id":"([^"]*)"/.exec(Buffer.concat(record.sent).toString())?.[1] ?? ''
}

function linkTo(response: ServerResponse, record: OpenRecord, state: State): Link {
  const { watch, bill, open } = state
  const leaving = new AbortController()
  response.once('close', () => {
    record.aborted = record.finishedAt === undefined
    leaving.abort()
    watch.changed()
  })
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
    told: (usage) => bill.add({ index: record.index, id: idOf(record), told: usage }),
  }
}

async function handle(request: IncomingMessage, response: ServerResponse, context: Context): Promise<void> {
  const { state, manner } = context
  const bytes = await buffer(request).catch(() => undefined)
  if (!bytes) return
  const record = state.record(request, bytes)
  const link = linkTo(response, record, state)
  state.watch.changed()
  const overlay = { ...state.always, ...state.queue.shift() }
  const { answer, script } = respond(record, { ...manner, overlay })
  await deliver(answer, script, link)
}

interface Context {
  readonly state: State
  readonly manner: Omit<Manner, 'overlay'>
}

type Waiting = Pick<
  Simulator,
  'arrived' | 'release' | 'waitForAbort' | 'waitForFinish' | 'openRequests' | 'lastAnswer'
>

function waiting(state: State): Waiting {
  const { watch } = state
  const isHeld = (name: string) => (record: OpenRecord) => record.heldAt === name
  return {
    arrived: (what, count = 1) =>
      watch.until(() =>
        typeof what === 'number'
          ? state.records.length >= what
          : state.records.filter(isHeld(what)).length >= count,
      ),
    release: (name) => {
      state.open.add(name)
      watch.changed()
    },
    waitForAbort: (index) => watch.until(() => state.records[index]?.aborted === true),
    waitForFinish: (index) => watch.until(() => state.records[index]?.finishedAt !== undefined),
    openRequests: () =>
      state.records.filter(({ aborted, finishedAt }) => !aborted && finishedAt === undefined).length,
    lastAnswer: (index) => Buffer.concat(state.records[index]?.sent ?? []),
  }
}

/** Starts a simulated provider on a free port of 127.0.0.1. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { flavour = 'openai', strict = false } = options
  const key = options.key === undefined ? defaultKey : (options.key ?? undefined)
  const state = new State()
  const context: Context = { state, manner: { flavour, strict, key } }
  const server = createServer({ noDelay: true, keepAliveTimeout: keepAliveMilliseconds })
  server.on('request', (request, response) => void handle(request, response, context))
  server.on('connection', (socket: Socket) => {
    state.sockets.add(socket)
    socket.once('close', () => state.sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    ...waiting(state),
    flavour,
    url: `http://127.0.0.1:${port}/v1`,
    key: key ?? defaultKey,
    get requests() {
      return state.records
    },
    get bill() {
      return state.bill
    },
    openConnections: () => state.sockets.size,
    always: (script) => void (state.always = script),
    next: (...scripts) => void state.queue.push(...scripts),
    reset: () => state.reset(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
