import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** The processes of a run, each on its core. */

export interface Child {
  readonly process: ChildProcess
  /** The port that it listens on, if it does. */
  readonly port: number
  /** CPU that it used so far, user and system, in seconds. */
  cpuSeconds(): number
  stop(): Promise<void>
}

export interface Program {
  readonly file: string
  readonly args?: readonly string[]
  /** Node's own, such as `--cpu-prof`. */
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly core: number
}

const ticksPerSecond = 100
/** Of util-linux; keeps a process on a core. */
const pinTool = 'taskset'

/** Whether processes can be kept on a core each. */
export const pinned =
  availableParallelism() >= 2 &&
  [0, 1].every((core) => spawnSync(pinTool, ['-c', `${core}`, 'true']).status === 0)

/** Starts a program of Node and waits until it says that it listens. */
export async function start({ file, args = [], flags = [], env = {}, core }: Program): Promise<Child> {
  const command = [process.execPath, ...flags, file, ...args]
  const [program = '', ...rest] = pinned ? [pinTool, '-c', String(core), ...command] : command
  const child = spawn(program, rest, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const port = await listening(child, file)
  return {
    process: child,
    port,
    cpuSeconds: () => cpuSecondsOf(child.pid ?? 0),
    async stop() {
      child.kill('SIGTERM')
      await gone
    },
  }
}

function listening(child: ChildProcess, file: string): Promise<number> {
  let output = ''
  return new Promise((resolve, reject) => {
    const note = (chunk: Buffer) => {
      // What comes after the start is read too, or the pipe would fill up.
      if (output.length < 10_000) output += chunk.toString()
      const found = /listens on (?:http:\/\/[\d.]+:(\d+)|its channel)\n/.exec(output)
      if (found) resolve(Number(found[1] ?? 0))
    }
    child.stdout?.on('data', note)
    child.stderr?.on('data', note)
    child.once('exit', () => reject(new Error(`${file} ended:\n${output}`)))
  })
}

/** Linux tells user and system time as the 14th and 15th field, of which the second is a name in brackets. */
function cpuSecondsOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}
