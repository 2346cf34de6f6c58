import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { deliver } from './deliver.ts'
import type { Bill, OpenRecord, RecordedRequest } from './records.ts'
import { respond, type FlavourName, type Manner } from './respond.ts'
import type { Script } from './script.ts'
import { linkTo, State } from './state.ts'

export type { RecordedRequest } from './records.ts'
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
  /** Resolves when no more than so many connections are open. A client that left closes its own a moment after the abort is known. */
  waitForConnections(atMost: number): Promise<void>
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
  | 'arrived'
  | 'release'
  | 'waitForAbort'
  | 'waitForFinish'
  | 'waitForConnections'
  | 'openRequests'
  | 'lastAnswer'
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
    waitForConnections: (atMost) => watch.until(() => state.sockets.size <= atMost),
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
    socket.once('close', () => {
      state.sockets.delete(socket)
      state.watch.changed()
    })
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
