import { request, type ClientRequest } from 'node:http'
import type { Gateway } from './gateway.ts'

/** A caller on a connection of its own, which can go away at any time. */
export interface LeavingCaller {
  /** Resolves when the answer's head is there, to its status. */
  readonly head: Promise<number>
  /** Resolves when so many bytes of the body came. */
  received(bytes: number): Promise<void>
  /** Resolves when the answer is whole. */
  readonly ended: Promise<void>
  body(): Buffer
  /** Breaks the connection: the other side is told by a reset. */
  leave(): void
  /** Closes the connection as a program that ends does: the other side sees the end of what it can read. */
  close(): void
}

export function startCall(
  { url }: Pick<Gateway, 'url'>,
  key: string,
  { body, headers = {} }: { body: object | string; headers?: Record<string, string> },
): LeavingCaller {
  const parts: Buffer[] = []
  let length = 0
  const waiting = new Set<() => void>()
  let sending: ClientRequest | undefined
  let end = () => {}
  const ended = new Promise<void>((resolve) => (end = resolve))
  const head = new Promise<number>((resolve, reject) => {
    sending = request(`${url}/v1/chat/completions`, {
      method: 'POST',
      agent: false,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    })
    sending.on('error', reject)
    sending.on('response', (answer) => {
      answer.on('data', (bytes: Buffer) => {
        parts.push(bytes)
        length += bytes.length
        for (const check of waiting) check()
      })
      answer.on('end', end)
      answer.on('error', () => {})
      resolve(answer.statusCode ?? 0)
    })
    sending.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  // Whoever leaves before the head has no use for it.
  head.catch(() => {})
  return {
    head,
    ended,
    body: () => Buffer.concat(parts),
    leave: () => void sending?.socket?.resetAndDestroy(),
    close: () => void sending?.destroy(),
    received: (bytes) =>
      new Promise((resolve) => {
        const check = () => {
          if (length < bytes) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      }),
  }
}
