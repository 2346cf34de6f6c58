import type { Call } from './call.ts'
import type { Flavour, Headers, Problem } from './flavours/flavour.ts'
import type { Json } from './json.ts'
import { lengthOf, part, type Part } from './part.ts'
import { streamParts } from './stream.ts'

/** Everything that goes back for one request. */
export interface Answer {
  /** Of the completion. */
  readonly id: string
  readonly status: number
  readonly headers: Headers
  readonly parts: readonly Part[]
  readonly head: 'sent' | 'withheld'
  /** What comes after the last part: the proper end, a broken connection, an early end of it, or nothing ever. */
  readonly end: 'proper' | 'reset' | 'early' | 'stall'
}

/** What the call tells of its usage, with the script laid over it. */
export function toldUsage(call: Call, flavour: Flavour): Json | undefined {
  const { usage: scripted } = call.script
  if (scripted === false) return undefined
  if (!scripted) return flavour.usage(call.tokens)
  const told: Json = { ...flavour.usage(call.tokens), ...scripted }
  const total = Number(told.prompt_tokens) + Number(told.completion_tokens)
  return { ...told, total_tokens: scripted.total_tokens ?? total }
}

/** In two halves, so that something can happen in between; they are cut inside a character as likely as not. */
function halves(text: string, usage?: Json): Part[] {
  const bytes = Buffer.from(text)
  const middle = bytes.length >> 1
  return [{ bytes: bytes.subarray(0, middle) }, { bytes: bytes.subarray(middle), ...(usage && { usage }) }]
}

/** The answer to a request that all is well with. */
export function goodAnswer(call: Call, flavour: Flavour): Answer {
  const usage = toldUsage(call, flavour)
  const blank = part('\n')
  const body = call.stream ? [] : halves(JSON.stringify(flavour.completion(call, usage)), usage)
  const keepAlives = Array.from({ length: call.script.keep_alives ?? flavour.keepAlives }, () => blank)
  const parts = call.stream ? streamParts(call, flavour, usage) : [...keepAlives, ...body]
  const type = call.stream ? 'text/event-stream; charset=utf-8' : 'application/json'
  return {
    id: flavour.id(call.index),
    status: call.script.status ?? 200,
    headers: {
      ...flavour.headers(call.index),
      'content-type': type,
      ...(!call.stream && flavour.sendsLength && { 'content-length': lengthOf(parts) }),
      ...call.script.headers,
    },
    parts,
    head: 'sent',
    end: 'proper',
  }
}

interface Failure {
  readonly index: number
  readonly problem: Problem
  readonly headers?: Headers | undefined
  /** In place of the vendor's envelope. */
  readonly body?: unknown
}

/** An error in the vendor's envelope. */
export function errorAnswer(flavour: Flavour, { index, problem, headers, body }: Failure): Answer {
  const envelope = body ?? flavour.error(problem, index)
  const parts = [part(typeof envelope === 'string' ? envelope : JSON.stringify(envelope))]
  return {
    id: '',
    status: problem.status,
    headers: {
      ...flavour.headers(index),
      'content-type': 'application/json',
      'content-length': lengthOf(parts),
      ...headers,
    },
    parts,
    head: 'sent',
    end: 'proper',
  }
}
