import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Answer } from './answer.ts'
import type { Json } from './json.ts'
import { placeOf } from './part.ts'
import type { OpenRecord } from './records.ts'
import type { Script } from './script.ts'
import { cutBytes } from './split.ts'

/** The way back to one client. */
export interface Link {
  readonly response: ServerResponse
  /** Aborted as soon as the client is gone. */
  readonly left: AbortSignal
  readonly record: OpenRecord
  /** Resolves when the test releases the name, or when the client is gone. */
  hold(name: string): Promise<void>
  told(id: string, usage: Json): void
}

async function pause(milliseconds: number | undefined, { left }: Link): Promise<void> {
  if (milliseconds) await setTimeout(milliseconds, undefined, { signal: left }).catch(() => {})
}

/** Waits while the client does not read. */
async function drained({ response, left }: Link): Promise<void> {
  await once(response, 'drain', { signal: left }).catch(() => {})
}

function sendHead(answer: Answer, script: Script, { response, record }: Link): void {
  record.status = answer.status
  response.writeHead(answer.status, answer.headers)
  const isAlone = script.first_byte_ms || script.wait_after !== undefined || script.split
  if (isAlone || answer.end !== 'proper') response.flushHeaders()
}

async function sendBytes(bytes: Buffer, split: Script['split'], link: Link): Promise<void> {
  for (const piece of cutBytes(bytes, split)) {
    if (link.left.aborted) return
    link.record.sent.push(piece)
    if (!link.response.write(piece)) await drained(link)
    if (split) await setImmediate()
  }
}

async function sendParts(answer: Answer, script: Script, link: Link): Promise<void> {
  const { wait_for: gate, wait_after: after } = script
  const holdAt = gate === undefined || after === undefined ? -1 : placeOf(after, answer.parts)
  for (let at = 0; at <= answer.parts.length; at++) {
    if (at === holdAt && gate !== undefined) await link.hold(gate)
    const next = answer.parts[at]
    if (!next || link.left.aborted) return
    if (at > 0) await pause(script.chunk_ms, link)
    await sendBytes(next.bytes, script.split, link)
    if (next.usage && !link.left.aborted) link.told(answer.id, next.usage)
  }
}

/** Everything that was written reaches the socket before it is broken. */
async function flushed({ response, left }: Link): Promise<void> {
  while (response.writableLength > 0 && !left.aborted) await setImmediate()
  await setImmediate()
}

async function sendEnd(answer: Answer, link: Link): Promise<void> {
  const { response, record } = link
  if (answer.end === 'stall') return
  if (answer.end !== 'proper') {
    await flushed(link)
    if (link.left.aborted) return
    record.finishedAt = Date.now()
    if (answer.end === 'reset') response.socket?.resetAndDestroy()
    else response.socket?.destroySoon()
    return
  }
  response.end()
}

/** Sends an answer in the time and the pieces that the script asks for, and stops at once when the client is gone. */
export async function deliver(answer: Answer, script: Script, link: Link): Promise<void> {
  await pause(script.delay_ms, link)
  if (script.wait_for !== undefined && script.wait_after === undefined) await link.hold(script.wait_for)
  if (link.left.aborted) return
  if (answer.head === 'sent') {
    sendHead(answer, script, link)
    await pause(script.first_byte_ms, link)
    await sendParts(answer, script, link)
  }
  if (!link.left.aborted) await sendEnd(answer, link)
}
