import type { IncomingHttpHeaders } from 'node:http'
import type { Usage } from '../../../src/core/usage.ts'
import { noUsage } from '../../../src/core/usage.ts'
import type { Json } from './json.ts'
import { normalise } from './tokens.ts'

/** A request as it came in. It is recorded once its body is there, in the order in which that happened. */
export interface RecordedRequest {
  readonly index: number
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** Names and values in turn, as they were sent. */
  readonly rawHeaders: readonly string[]
  readonly bodyBytes: Buffer
  /** Undefined if it is no JSON. */
  readonly body: unknown
  /** Of the answer; undefined before its head went, or if it never did. */
  readonly status: number | undefined
  /** The client left before the answer's end. */
  readonly aborted: boolean
  /** Unix milliseconds at which the whole answer was handed to the system. */
  readonly finishedAt: number | undefined
}

/** The simulator's own side of it. */
export interface OpenRecord extends RecordedRequest {
  status: number | undefined
  aborted: boolean
  finishedAt: number | undefined
  /** The gate at which it waits, or waited. */
  heldAt: string | undefined
  readonly sent: Buffer[]
}

export interface BillEntry {
  readonly index: number
  /** Of the completion. */
  readonly id: string
  /** As told on the wire. */
  readonly told: Json
  readonly usage: Usage
}

function sum(one: Usage, other: Usage): Usage {
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    cachedInputTokens: one.cachedInputTokens + other.cachedInputTokens,
    cacheWriteTokens: one.cacheWriteTokens + other.cacheWriteTokens,
    inputAudioTokens: one.inputAudioTokens + other.inputAudioTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    reasoningTokens: one.reasoningTokens + other.reasoningTokens,
    outputAudioTokens: one.outputAudioTokens + other.outputAudioTokens,
  }
}

/** What the provider would put on its bill: every usage that it told, when the bytes that tell it went out. */
export class Bill {
  readonly entries: BillEntry[] = []

  add(entry: Omit<BillEntry, 'usage'>): void {
    this.entries.push({ ...entry, usage: normalise(entry.told) })
  }

  get total(): Usage {
    return this.entries.reduce((total, { usage }) => sum(total, usage), noUsage)
  }
}
