import { connectRedis } from '../../../src/ledger/redis/connection.ts'
import { redisLedger, type RedisLedger } from '../../../src/ledger/redis/redis-ledger.ts'
import type { ProcessReply, ProcessRequest } from './redis-processes-harness.ts'

/** A process of its own that has a ledger on Redis, and does with it what its parent asks for. */

let ledger: RedisLedger | undefined
let time = 0

async function answer(request: ProcessRequest): Promise<unknown> {
  if (request.kind === 'open') {
    await ledger?.close()
    const { url, leaseMs, maxEndUsers } = request
    const connection = connectRedis({ url, onError: () => {} })
    const clock = { now: () => time, correct: () => {} }
    ledger = redisLedger({ connection, clock, leaseMs, ...(maxEndUsers !== undefined && { maxEndUsers }) })
    return undefined
  }
  if (!ledger) throw new Error('No ledger is open.')
  time = request.now
  const methods = ledger[request.part] as Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>
  return methods[request.method]?.(...request.args)
}

process.on('message', (request: ProcessRequest) => {
  const { nth } = request
  const send = (reply: ProcessReply) => process.send?.(reply)
  answer(request).then(
    (value) => send({ nth, value }),
    (error: unknown) => send({ nth, error }),
  )
})

// Its parent may be gone without a word.
process.on('disconnect', () => process.exit())
