import { z } from 'zod'
import { isObject } from '../../simulator/json.ts'
import { begunMessage, block, citation, deltaUsage, messageDelta, mustFitStop } from './anthropic.ts'
import { check, count, emitted, fail, must, parseJson } from './check.ts'
import { anthropicEnvelope } from './errors.ts'
import { readEvents } from './events.ts'
import type { StreamReport } from './report.ts'

const delta = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text_delta'), text: z.string() }),
  z.strictObject({ type: z.literal('citations_delta'), citation }),
  z.strictObject({ type: z.literal('thinking_delta'), thinking: z.string() }),
  z.strictObject({ type: z.literal('signature_delta'), signature: z.string() }),
  z.strictObject({ type: z.literal('input_json_delta'), partial_json: z.string() }),
])

const event = z.discriminatedUnion('type', [
  emitted({ type: z.literal('message_start'), message: begunMessage }),
  emitted({ type: z.literal('content_block_start'), index: count, content_block: block }),
  emitted({ type: z.literal('content_block_delta'), index: count, delta }),
  emitted({ type: z.literal('content_block_stop'), index: count }),
  emitted({ type: z.literal('message_delta'), delta: messageDelta, usage: deltaUsage }),
  emitted({ type: z.literal('message_stop') }),
  z.strictObject({ type: z.literal('ping') }),
])

type Event = z.output<typeof event>
type Of<Type extends Event['type']> = Extract<Event, { type: Type }>

/** Which deltas belong to which block. */
const home: Record<z.output<typeof delta>['type'], string> = {
  text_delta: 'text',
  citations_delta: 'text',
  thinking_delta: 'thinking',
  signature_delta: 'thinking',
  input_json_delta: 'tool_use',
}

/** A message as it is written: one block at a time, then its end. */
class MessageStream {
  readonly events: Event[] = []
  readonly #blocks: string[] = []
  #state: 'new' | 'open' | 'stopped' | 'ended' = 'new'
  /** The block that is open, with the arguments that it has so far. */
  #open: { readonly type: string; json: string; isSigned: boolean } | undefined
  #output = 0
  #cut = false

  get ended(): boolean {
    return this.#state === 'ended'
  }

  push(value: unknown, what: string): void {
    const said = check(event, value, what)
    must(this.#state !== 'ended', what, 'comes after message_stop')
    must(this.#state !== 'new' || said.type === 'message_start', what, 'comes before message_start')
    this.#dispatch(said, what)
    this.events.push(said)
  }

  #dispatch(said: Event, what: string): void {
    if (said.type === 'message_start') this.#start(what)
    if (said.type === 'content_block_start') this.#begin(said, what)
    if (said.type === 'content_block_delta') this.#write(said, what)
    if (said.type === 'content_block_stop') this.#close(said.index, what)
    if (said.type === 'message_delta') this.#stop(said, what)
    if (said.type === 'message_stop') this.#end(what)
  }

  #start(what: string): void {
    must(this.#state === 'new', what, 'is a second message_start')
    this.#state = 'open'
  }

  #begin({ index, content_block: begun }: Of<'content_block_start'>, what: string): void {
    must(this.#state === 'open', what, 'begins a block after message_delta')
    must(!this.#open, what, `begins block ${index} while another is open`)
    must(index === this.#blocks.length, what, `begins block ${index} after ${this.#blocks.length} blocks`)
    this.#blocks.push(begun.type)
    this.#open = { type: begun.type, json: '', isSigned: false }
  }

  #write({ index, delta: said }: Of<'content_block_delta'>, what: string): void {
    const open = this.#open
    must(
      open !== undefined && index === this.#blocks.length - 1,
      what,
      `writes to block ${index}, which is not open`,
    )
    const isServer = open.type.includes('tool') && said.type === 'input_json_delta'
    must(home[said.type] === open.type || isServer, what, `writes ${said.type} to a block of ${open.type}`)
    must(!open.isSigned, what, 'writes to a thought that is signed')
    if (said.type === 'signature_delta') open.isSigned = true
    if (said.type === 'input_json_delta') open.json += said.partial_json
  }

  #close(index: number, what: string): void {
    const open = this.#open
    must(
      open !== undefined && index === this.#blocks.length - 1,
      what,
      `closes block ${index}, which is not open`,
    )
    this.#cut ||= open.json !== '' && !isWhole(open.json)
    this.#open = undefined
  }

  #stop({ delta: end, usage }: Of<'message_delta'>, what: string): void {
    must(!this.#open, what, 'ends the message while a block is open')
    must(usage.output_tokens >= this.#output, what, 'tells less output than before')
    this.#output = usage.output_tokens
    mustFitStop(end, this.#blocks, what)
    must(!this.#cut || end.stop_reason === 'max_tokens', what, 'has arguments that are no JSON')
    this.#state = 'stopped'
  }

  #end(what: string): void {
    must(this.#state === 'stopped', what, 'ends the message without message_delta')
    this.#state = 'ended'
  }
}

function isWhole(json: string): boolean {
  try {
    return isObject(JSON.parse(json))
  } catch {
    return false
  }
}

/** A stream of a message, from its start to its stop. */
export function validateMessageStream(bytes: Uint8Array): StreamReport {
  const stream = new MessageStream()
  const events = readEvents(bytes)
  for (const [at, { event: name, data }] of events.entries()) {
    const what = `event ${at}`
    const value = parseJson(data, what)
    must(isObject(value) && value.type === name, what, `is named ${name} and is of another type`)
    if (name === 'error') {
      check(anthropicEnvelope, value, what)
      must(at === events.length - 1, what, 'is an error, but more comes')
      return { events: [...stream.events, value], failed: true }
    }
    stream.push(value, what)
  }
  return stream.ended ? { events: stream.events, failed: false } : fail('stream', 'ends without message_stop')
}
