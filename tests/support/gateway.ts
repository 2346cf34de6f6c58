import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'

/** A gateway under test, on a real socket. */
export interface Gateway {
  readonly url: string
  readonly adminKey: string
  /** Everything that it printed so far. */
  output(): string
  stop(): Promise<void>
}

export interface GatewayOptions {
  /** Settings, provider credentials and addresses. */
  readonly env?: Readonly<Record<string, string>>
  /** The content of WEIR_CONFIG. */
  readonly config?: object
}

export interface NodeGatewayOptions extends GatewayOptions {
  /** Folder of the ledger, to be kept; without it a fresh one that is removed at the end. */
  readonly folder?: string
  /** Without the admin key that tests use, as on a first start. */
  readonly firstStart?: boolean
}

export interface NodeGateway extends Gateway {
  readonly folder: string
  readonly process: ChildProcess
  /** `kill -9`, and waits until it is gone. */
  kill(): Promise<void>
}

export const testAdminKey = 'test-admin-key-0123456789'

/** Resolves when a gateway is gone. One that a failing test never stopped is ended with the run, by the note that it leaves. */
export function watchEnd(child: ChildProcess): Promise<void> {
  const note = join(inject('runFolder'), `${child.pid}.pid`)
  writeFileSync(note, '')
  return new Promise((resolve) => {
    child.once('exit', () => {
      rmSync(note, { force: true })
      resolve()
    })
  })
}

/** Starts the gateway as its operator would, in a process of its own, on a free port. */
export async function startGateway(options: NodeGatewayOptions = {}): Promise<NodeGateway> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'weir-'))
  const child = spawn(process.execPath, ['src/node.ts'], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      WEIR_DATA: folder,
      ...(!options.firstStart && { WEIR_ADMIN_KEY: testAdminKey }),
      ...(options.config && { WEIR_CONFIG: writeConfig(folder, options.config) }),
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const gone = watchEnd(child)
  let output = ''
  const url = await new Promise<string>((resolve, reject) => {
    const note = (chunk: Buffer) => {
      output += chunk.toString()
      const found = /Weir listens on (\S+)\n/.exec(output)?.[1]
      if (found) resolve(found)
    }
    child.stdout.on('data', note)
    child.stderr.on('data', note)
    void gone.then(() => reject(new Error(`The gateway did not start:\n${output}`)))
  })
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    await gone
  }
  return {
    url,
    adminKey: testAdminKey,
    folder,
    process: child,
    output: () => output,
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGTERM')
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

function writeConfig(folder: string, config: object): string {
  const path = join(folder, 'weir.json')
  writeFileSync(path, JSON.stringify(config))
  return path
}
