import { Connection, type Timing } from './connection.ts'
import type { Job, Outcome, Report } from './job.ts'

/** The load generator: takes jobs from its parent, one at a time, and answers each with a report. */

interface Running {
  readonly bytes: Buffer
  readonly milliseconds: number
  /** Open connections with nothing to do. */
  readonly idle: Connection[]
}

/** Each connection asks again as soon as it is answered. */
function closedLoop({ idle, bytes, milliseconds }: Running): Promise<Outcome> {
  const startedAt = performance.now()
  const endsAt = startedAt + milliseconds
  let [answers, inTime, open] = [0, 0, idle.length]
  return new Promise((resolve) => {
    const ask = (connection: Connection) =>
      connection.ask(bytes, 0, ({ endedAt }) => {
        answers++
        if (endedAt < endsAt) {
          inTime++
          ask(connection)
        } else if (--open === 0) {
          resolve({ answers, perSecond: (inTime * 1000) / milliseconds, firstByteMs: [], wholeMs: [] })
        }
      })
    idle.forEach(ask)
  })
}

/** Requests go out by the clock. One that finds no free connection waits for it, and the wait counts. */
function openLoop({ idle, bytes, milliseconds }: Running, ratePerSecond: number): Promise<Outcome> {
  const startedAt = performance.now()
  const total = Math.floor((milliseconds * ratePerSecond) / 1000)
  const waiting: number[] = []
  const timings: Timing[] = []
  let sent = 0
  return new Promise((resolve) => {
    const begin = (connection: Connection, sentAt: number) =>
      connection.ask(bytes, sentAt, (timing) => {
        timings.push(timing)
        const next = waiting.shift()
        if (next !== undefined) begin(connection, next)
        else idle.push(connection)
        if (timings.length === total) resolve(openOutcome(timings, startedAt))
      })
    const tick = () => {
      for (; sent < total && startedAt + (sent * 1000) / ratePerSecond <= performance.now(); sent++) {
        const connection = idle.shift()
        if (connection) begin(connection, performance.now())
        else waiting.push(performance.now())
      }
      if (sent < total) setTimeout(tick, startedAt + (sent * 1000) / ratePerSecond - performance.now())
    }
    tick()
  })
}

function openOutcome(timings: readonly Timing[], startedAt: number): Outcome {
  return {
    answers: timings.length,
    perSecond: (timings.length * 1000) / (performance.now() - startedAt),
    firstByteMs: timings.map(({ sentAt, firstByteAt }) => firstByteAt - sentAt),
    wholeMs: timings.map(({ sentAt, endedAt }) => endedAt - sentAt),
  }
}

async function run(job: Job): Promise<Report> {
  const all: Connection[] = []
  try {
    let fail: (error: Error) => void = () => {}
    const failed = new Promise<never>((_, reject) => (fail = reject))
    const opening = Array.from({ length: job.connections }, () => Connection.open(job, fail))
    all.push(...(await Promise.race([Promise.all(opening), failed])))
    const { ratePerSecond, milliseconds } = job
    const running = { bytes: Buffer.from(job.request), milliseconds, idle: [...all] }
    const loop = ratePerSecond === undefined ? closedLoop(running) : openLoop(running, ratePerSecond)
    return { outcome: await Promise.race([loop, failed]) }
  } catch (error) {
    return { failure: String(error) }
  } finally {
    for (const connection of all) connection.close()
  }
}

process.on('message', (job: Job) => void run(job).then((report) => process.send?.(report)))
process.on('disconnect', () => process.exit())
console.log('The load generator listens on its channel')
