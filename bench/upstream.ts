import { createServer, type Socket } from 'node:net'
import { announce } from './announce.ts'
import { burst, json, paced } from './canned.ts'

/**
 * A provider that costs next to nothing: answers stand ready, and of a request only its first line and length are read.
 * POST /json/…, /burst/… and /paced/… choose the answer.
 */

const paceMs = 5

function answer(socket: Socket, path: string): void {
  if (path.startsWith('/json/')) socket.write(json)
  else if (path.startsWith('/burst/')) socket.write(burst)
  else if (path.startsWith('/paced/')) answerPaced(socket, 0)
  else socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n')
}

/** The first piece goes out at once, so that no timer of ours is in the time to the first byte. */
function answerPaced(socket: Socket, index: number): void {
  const piece = paced[index]
  if (!piece || socket.destroyed) return
  socket.write(piece)
  setTimeout(answerPaced, paceMs, socket, index + 1)
}

function serve(socket: Socket): void {
  let kept = Buffer.alloc(0)
  socket.on('data', (bytes) => {
    let rest: Buffer = kept.length > 0 ? Buffer.concat([kept, bytes]) : bytes
    for (let end = endOfRequest(rest); end > 0; end = endOfRequest(rest)) {
      answer(socket, rest.toString('latin1', rest.indexOf(' ') + 1, rest.indexOf(' ', 8)))
      rest = rest.subarray(end)
    }
    kept = Buffer.from(rest)
  })
  socket.on('error', () => socket.destroy())
}

/** Where the first request ends, or 0 if it is not all there. Bodies come with a content-length. */
function endOfRequest(bytes: Buffer): number {
  const headEnd = bytes.length > 0 ? bytes.indexOf('\r\n\r\n') : -1
  if (headEnd < 0) return 0
  const length = /\r\ncontent-length: *(\d+)/i.exec(bytes.toString('latin1', 0, headEnd))?.[1] ?? 0
  const end = headEnd + 4 + Number(length)
  return bytes.length >= end ? end : 0
}

const server = createServer({ noDelay: true }, serve)
server.listen(0, '127.0.0.1', () => announce(server))
