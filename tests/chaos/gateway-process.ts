import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Guard } from './guard.ts'

interface Options {
  /** Where it listens, each time that it is started. */
  readonly port: number
  readonly env: Readonly<Record<string, string>>
  /** What it prints goes to the end of this file. */
  readonly logFile: string
  readonly guard: Guard
}

interface Run {
  readonly child: ChildProcess
  readonly gone: Promise<number | null>
}

const pollMs = 10

/** A gateway as its operator has it: a process that can be killed, paused and stopped, and is started again in the same place. */
export class GatewayProcess {
  readonly url: string
  /** Ends that nobody asked for. */
  readonly crashes: string[] = []
  readonly logFile: string
  readonly #options: Options
  #run: Run | undefined
  #isEnding = false

  constructor(options: Options) {
    this.#options = options
    this.logFile = options.logFile
    this.url = `http://127.0.0.1:${options.port}`
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    this.#isEnding = false
    const run = this.#spawn()
    this.#run = run
    while (!(await this.#answers())) {
      if (run.child.exitCode !== null || run.child.signalCode !== null)
        throw new Error(`A gateway did not start:\n${this.lastWords()}`)
      await pause(pollMs)
    }
  }

  /** `kill -9`, and waits until it is gone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** Stands still from now on, its connections open. */
  pause(): void {
    this.#run?.child.kill('SIGSTOP')
  }

  resume(): void {
    this.#run?.child.kill('SIGCONT')
  }

  /** Asks it to stop, and kills it if that takes too long. Returns its exit code; null if it was killed. */
  async stop(patienceMs: number): Promise<number | null> {
    const killing = setTimeout(() => this.#run?.child.kill('SIGKILL'), patienceMs)
    const code = await this.#end('SIGTERM')
    clearTimeout(killing)
    return code
  }

  lastWords(): string {
    return readFileSync(this.#options.logFile, 'utf8').slice(-2_000)
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    this.#isEnding = true
    this.#run?.child.kill(signal)
    return (await this.#run?.gone) ?? null
  }

  #spawn(): Run {
    const { port, env, logFile, guard } = this.#options
    const log = openSync(logFile, 'a')
    const child = spawn(process.execPath, ['src/node.ts'], {
      env: { PATH: process.env['PATH'], PORT: String(port), ...env },
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    guard.started(child.pid)
    const gone = new Promise<number | null>((resolve) =>
      child.once('exit', (code, signal) => {
        guard.ended(child.pid)
        if (!this.#isEnding) this.crashes.push(`exit code ${code}, signal ${signal}:\n${this.lastWords()}`)
        resolve(code)
      }),
    )
    return { child, gone }
  }

  async #answers(): Promise<boolean> {
    const health = await fetch(`${this.url}/health`, { headers: { connection: 'close' } }).catch(
      () => undefined,
    )
    await health?.text()
    return health?.status === 200
  }
}
