import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Scene } from './scene.ts'
import type { Reply, WireRequest } from './vendor.ts'

/** The way back to one client. */
export interface Link {
  readonly response: ServerResponse
  readonly record: WireRequest
  /** Aborted as soon as the client is gone. */
  readonly left: AbortSignal
}

/** Sizes of the writes of a dribble: odd, so that nothing stays aligned. */
const dribbleSizes = [1, 2, 3, 1, 5, 7, 1, 11]

const comment = ': keep-alive\n\n'

function* framesOf(reply: Reply, scene: Scene): Generator<string | Uint8Array> {
  for (const frame of reply.frames) {
    if (scene.comments && reply.sse) yield comment
    yield scene.crlf && reply.sse && typeof frame === 'string' ? frame.replaceAll('\n', '\r\n') : frame
  }
}

function* writesOf(bytes: Buffer, scene: Scene): Generator<Buffer> {
  if (!scene.dribble) {
    yield bytes
    return
  }
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = dribbleSizes[turn % dribbleSizes.length] ?? 1
    yield bytes.subarray(at, at + size)
    at += size
  }
}

async function untilLeft({ left }: Link): Promise<void> {
  if (!left.aborted) await once(left, 'abort')
}

async function write(bytes: Buffer, { response, record, left }: Link): Promise<void> {
  record.sentBytes += bytes.length
  if (!response.write(bytes)) await once(response, 'drain', { signal: left }).catch(() => {})
}

/** False once nothing more may go out. */
async function sendFrame(bytes: Buffer, scene: Scene, link: Link): Promise<boolean> {
  const room = (scene.cutAfter ?? Infinity) - link.record.sentBytes
  for (const piece of writesOf(bytes.subarray(0, Math.min(room, bytes.length)), scene)) {
    if (link.left.aborted) return false
    await write(piece, link)
    if (scene.dribble) await setImmediate()
  }
  return bytes.length < room
}

/** Sends an answer as the scene wants it, as fast as the client reads. True if it went out whole. */
async function sendFrames(reply: Reply, scene: Scene, link: Link): Promise<boolean> {
  let sent = 0
  for (const frame of framesOf(reply, scene)) {
    if (sent++ === scene.hangAfter) await untilLeft(link)
    if (scene.pauseMs) await setTimeout(scene.pauseMs, undefined, { signal: link.left }).catch(() => {})
    if (link.left.aborted || !(await sendFrame(Buffer.from(frame), scene, link))) return false
  }
  return true
}

/** Everything that was written reaches the socket; then it closes without the answer's end. */
async function breakOff({ response, record, left }: Link): Promise<void> {
  while (response.writableLength > 0 && !left.aborted) await setImmediate()
  record.finished = true
  response.socket?.destroySoon()
}

/** Sends an answer, and stops at once when the client is gone. */
export async function deliver(reply: Reply, scene: Scene, link: Link): Promise<void> {
  const { response, record, left } = link
  if (scene.hang) return
  record.status = reply.status
  response.writeHead(reply.status, reply.headers)
  response.flushHeaders()
  const isWhole = await sendFrames(reply, scene, link)
  if (left.aborted) return
  if (!isWhole) return breakOff(link)
  record.finished = true
  response.end()
}
