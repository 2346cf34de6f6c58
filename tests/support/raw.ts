import { connect, type Socket } from 'node:net'

/** One connection on which a test says byte for byte what goes over it. */
export interface RawConnection {
  readonly socket: Socket
  write(bytes: string | Uint8Array): void
  /** The next answer: its status and head, and its body by content-length or chunks. Rejects if the connection ends before. */
  answer(): Promise<RawAnswer>
  /** Resolves when the other side has closed it, broken or not. */
  closed: Promise<void>
  /** Goes away without a word. */
  destroy(): void
}

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export async function rawConnection(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  let received = Buffer.alloc(0)
  let ended = false
  let wake = () => {}
  socket.on('data', (bytes) => {
    received = Buffer.concat([received, bytes])
    wake()
  })
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  // A reset is an end like any other here; `answer` tells that nothing came.
  socket.on('error', () => {})
  void closed.then(() => {
    ended = true
    wake()
  })
  return {
    socket,
    closed,
    write: (bytes) => void socket.write(bytes),
    destroy: () => void socket.destroy(),
    async answer() {
      for (;;) {
        const found = parseAnswer(received)
        if (found) {
          received = received.subarray(found.length)
          if (found.answer.status >= 200) return found.answer
          continue
        }
        if (ended) throw new Error(`The connection ended before an answer: ${received.toString('latin1')}`)
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}

function parseAnswer(bytes: Buffer): { answer: RawAnswer; length: number } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const [first = '', ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  )
  const status = Number(first.split(' ')[1])
  const start = headEnd + 4
  const body =
    headers['transfer-encoding'] === 'chunked' ? chunkedBody(bytes, start) : plainBody(bytes, start, headers)
  return body && { answer: { status, headers, body: body.bytes }, length: body.end }
}

function plainBody(bytes: Buffer, start: number, headers: Readonly<Record<string, string>>) {
  const end = start + Number(headers['content-length'] ?? 0)
  return bytes.length < end ? undefined : { bytes: bytes.subarray(start, end), end }
}

function chunkedBody(bytes: Buffer, start: number): { bytes: Buffer; end: number } | undefined {
  const parts: Buffer[] = []
  for (let at = start; ;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16)
    const end = lineEnd + 2 + size + 2
    if (bytes.length < end) return undefined
    if (size === 0) return { bytes: Buffer.concat(parts), end }
    parts.push(bytes.subarray(lineEnd + 2, end - 2))
    at = end
  }
}
