import type { Server } from 'node:net'

/** Tells the parent where a server is, in the words of the gateway itself, and ends with the parent. */
export function announce(server: Server): void {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  console.log(`The server listens on http://127.0.0.1:${address.port}`)
  process.on('disconnect', () => process.exit())
}
