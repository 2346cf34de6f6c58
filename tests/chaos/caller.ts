import { request, type ClientRequest, type IncomingMessage } from 'node:http'
import type { CallPlan, Leaving } from './call-plan.ts'

/** What a client heard of one call. */
export interface Heard {
  /**
   * `whole`: the answer to its end. `left`: the client went away. `cut`: the connection broke under it. `refused`: nobody listened.
   * `silent`: it gave up waiting.
   */
  readonly how: 'whole' | 'left' | 'cut' | 'refused' | 'silent'
  /** Absent where no head came. */
  readonly status?: number
  readonly requestId?: string
  /** The gateway said that it goes on without its ledger. */
  readonly withoutLedger?: true
  readonly body: Buffer
}

/** Longer than any call should take, pauses and all. */
const patienceMs = 60_000

/** Makes a call over a connection of its own, and leaves when the plan says so. Never rejects. */
export function makeCall(url: string, plan: CallPlan): Promise<Heard> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    let answer: IncomingMessage | undefined
    const end = (how: Heard['how']) => {
      clearTimeout(timer)
      resolve({ how, body: Buffer.concat(parts), ...headOf(answer) })
    }
    const sending = send(url, plan)
    const timer = setTimeout(() => {
      end('silent')
      sending.destroy()
    }, patienceMs)
    const leave = (reset: boolean) => {
      end('left')
      if (reset) sending.socket?.resetAndDestroy()
      else sending.destroy()
    }
    leaveWaiting(plan.leaving, () => !answer, leave)
    sending.on('error', (error: Error & { code?: string }) =>
      end(error.code === 'ECONNREFUSED' ? 'refused' : 'cut'),
    )
    sending.on('response', (incoming: IncomingMessage) => {
      answer = incoming
      incoming.on('data', (bytes: Buffer) => {
        parts.push(bytes)
        leaveReading(plan, parts, leave)
      })
      incoming.on('end', () => end('whole'))
      incoming.on('error', () => end('cut'))
    })
    sending.end(plan.body)
  })
}

function send(url: string, { caller, tag, body }: CallPlan): ClientRequest {
  return request(`${url}/v1/chat/completions`, {
    method: 'POST',
    agent: false,
    headers: {
      authorization: `Bearer ${caller.key}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-weir-tags': `call=${tag},team=${caller.team}`,
    },
  })
}

function headOf(answer: IncomingMessage | undefined): Omit<Heard, 'how' | 'body'> {
  if (!answer) return {}
  const { 'x-request-id': requestId, 'x-weir-ledger': ledger } = answer.headers
  return {
    status: answer.statusCode ?? 0,
    ...(typeof requestId === 'string' && { requestId }),
    ...(ledger === 'unreachable' && { withoutLedger: true }),
  }
}

function leaveWaiting(leaving: Leaving, stillWaits: () => boolean, leave: (reset: boolean) => void): void {
  if (leaving.when === 'waiting') setTimeout(() => stillWaits() && leave(leaving.reset), leaving.afterMs)
}

function leaveReading(
  { leaving }: CallPlan,
  parts: readonly Buffer[],
  leave: (reset: boolean) => void,
): void {
  if (leaving.when === 'reading') {
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    if (length >= leaving.afterBytes) leave(leaving.reset)
  }
  if (leaving.when === 'finished' && Buffer.concat(parts).includes('"finish_reason":"')) leave(leaving.reset)
}
