import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Log } from '../../core/log.ts'
import type { Ledger } from '../../ledger/ledger.ts'

export interface Running {
  readonly server: Server
  readonly edge: { drain(): Promise<void> }
  readonly transport: { close(): Promise<void> }
  readonly ledger: Ledger
  readonly log: Log
}

/** Calls under way may take this long to end before they are cut. */
const graceMs = 30_000
/** How often connections are looked over that have fallen idle meanwhile: nobody else closes those. */
const lookMs = 50

/** On SIGTERM or SIGINT: takes no more calls, lets those under way end, settles them all, and leaves. A second signal cuts them. */
export function stopOnSignal(running: Running): void {
  const sockets = new Set<Socket>()
  running.server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  let stopping: Promise<void> | undefined
  const stop = () => {
    if (stopping) running.server.closeAllConnections()
    stopping ??= shutDown(running, sockets).then(
      () => process.exit(0),
      (error: unknown) => {
        running.log('error', 'shutdown-failed', { reason: String(error) })
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

async function shutDown(
  { server, edge, transport, ledger, log }: Running,
  sockets: ReadonlySet<Socket>,
): Promise<void> {
  log('info', 'shutdown-begun')
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const closeUnused = () => {
    server.closeIdleConnections()
    // One that never sent anything is not idle to the server, which would wait for its first request.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
  }
  closeUnused()
  const looking = setInterval(closeUnused, lookMs)
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearInterval(looking)
  clearTimeout(cut)
  await edge.drain()
  await transport.close()
  await ledger.close()
}
