import type { Server } from 'node:http'
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

/** On SIGTERM or SIGINT: takes no more calls, lets those under way end, settles them all, and leaves. A second signal cuts them. */
export function stopOnSignal(running: Running): void {
  let stopping: Promise<void> | undefined
  const stop = () => {
    if (stopping) running.server.closeAllConnections()
    stopping ??= shutDown(running).then(
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

async function shutDown({ server, edge, transport, ledger, log }: Running): Promise<void> {
  log('info', 'shutdown-begun')
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearTimeout(cut)
  await edge.drain()
  await transport.close()
  await ledger.close()
}
