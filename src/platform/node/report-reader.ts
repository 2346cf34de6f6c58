import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Book } from '../../ledger/book.ts'

/** The questions that go through many rows: another thread answers them, so that no call waits meanwhile. */
export const reportMethods = ['requests', 'usage', 'exportRows'] as const satisfies readonly (keyof Book)[]

export type ReportMethod = (typeof reportMethods)[number]

export interface ReportQuestion {
  readonly id: number
  /** The org's file. */
  readonly path: string
  readonly method: ReportMethod
  readonly args: readonly unknown[]
}

export type ReportAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string }

interface Asked {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** Asks a thread that only reads; it is started with the first question. */
export class ReportReader {
  readonly #asked = new Map<number, Asked>()
  #thread: Worker | undefined
  #last = 0

  ask(path: string, method: ReportMethod, args: readonly unknown[]): Promise<unknown> {
    const thread = (this.#thread ??= this.#start())
    const question: ReportQuestion = { id: ++this.#last, path, method, args }
    return new Promise((resolve, reject) => {
      this.#asked.set(question.id, { resolve, reject })
      thread.ref()
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      thread.postMessage(question)
    })
  }

  async close(): Promise<void> {
    await this.#thread?.terminate()
  }

  #start(): Worker {
    const thread = new Worker(join(import.meta.dirname, 'report-thread.ts'))
    thread.on('message', (answer: ReportAnswer) => this.#answer(answer))
    thread.on('error', (error: Error) => this.#fail(error))
    thread.on('exit', () => this.#fail(new Error('The reading thread ended.')))
    return thread
  }

  #answer(answer: ReportAnswer): void {
    const asked = this.#asked.get(answer.id)
    this.#asked.delete(answer.id)
    if (answer.ok) asked?.resolve(answer.value)
    else asked?.reject(new Error(answer.message))
    // An idle thread keeps no process alive.
    if (this.#asked.size === 0) this.#thread?.unref()
  }

  #fail(error: Error): void {
    this.#thread = undefined
    for (const { reject } of this.#asked.values()) reject(error)
    this.#asked.clear()
  }
}
