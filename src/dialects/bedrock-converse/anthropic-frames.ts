import { concatBytes } from '../../core/bytes.ts'
import type { Exchange, UpstreamHead } from '../../core/transport.ts'
import { isFields, parseJson, textOf } from '../fields.ts'
import { bytesOfBase64 } from './base64.ts'
import { FrameReader, newsOf, type FrameNews } from './frames.ts'

/** What Bedrock adds to the last event of a stream. */
const metricsField = 'amazon-bedrock-invocationMetrics'

/** Anthropic's words for AWS's exceptions. AWS's own messages may name the operator's account. */
const errors: Readonly<Record<string, readonly [type: string, message: string]>> = {
  ThrottlingException: ['rate_limit_error', 'The provider is at its own rate limit.'],
  ValidationException: ['invalid_request_error', 'The provider refused the request.'],
  ModelTimeoutException: ['timeout_error', 'The model took too long.'],
  ServiceUnavailableException: ['overloaded_error', 'The provider is overloaded.'],
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const nothing = new Uint8Array()

/**
 * Turns the stream of Bedrock's `invoke-with-response-stream`, for a Claude model, into the server-sent events that Anthropic itself
 * sends: give it every byte, send on what it gives back.
 */
export class AnthropicFrames {
  readonly #frames = new FrameReader()
  /** Whether the message ended or failed: there is nothing to say about what is missing then. */
  #ended = false

  push(bytes: Uint8Array): Uint8Array {
    const events = this.#frames.push(bytes).map((frame) => this.#print(newsOf(frame)))
    if (this.#frames.broken && !this.#ended) events.push(this.#fail('BrokenEventStream'))
    return events.length > 0 ? concatBytes(events) : nothing
  }

  /** What is left to say once the connection ended. */
  rest(): Uint8Array {
    return this.#frames.isCutOff && !this.#ended ? this.#fail('BrokenEventStream') : nothing
  }

  #print(news: FrameNews): Uint8Array {
    if (news.type === 'exception') return this.#ended ? nothing : this.#fail(news.code)
    const chunk = news.name === 'chunk' ? readChunk(news.payload) : undefined
    if (!chunk) return nothing
    if (chunk.type === 'message_stop' || chunk.type === 'error') this.#ended = true
    return printEvent(chunk.type, chunk.data)
  }

  #fail(code: string): Uint8Array {
    this.#ended = true
    const [type, message] = errors[code] ?? ['api_error', 'The provider failed in mid-answer.']
    return printEvent('error', JSON.stringify({ type: 'error', error: { type, message } }))
  }
}

/** An event of Anthropic's; undefined if it is none. */
function readChunk(payload: Uint8Array): { type: string; data: string } | undefined {
  const text = textOfChunk(payload)
  const event = text === undefined ? undefined : parseJson(text)
  if (text === undefined || !isFields(event)) return undefined
  const type = textOf(event, 'type')
  if (type === undefined || !/^\w+$/.test(type)) return undefined
  const { [metricsField]: metrics, ...plain } = event
  // What nothing is taken from goes on as it came.
  const isPlain = metrics === undefined && !/[\r\n]/.test(text)
  return { type, data: isPlain ? text : JSON.stringify(plain) }
}

function textOfChunk(payload: Uint8Array): string | undefined {
  const chunk = parseJson(payload)
  const encoded = isFields(chunk) ? textOf(chunk, 'bytes') : undefined
  const bytes = encoded === undefined ? undefined : bytesOfBase64(encoded)
  return bytes && decoder.decode(bytes)
}

function printEvent(type: string, data: string): Uint8Array {
  return encoder.encode(`event: ${type}\ndata: ${data}\n\n`)
}

const framedType = 'application/vnd.amazon.eventstream'

/** An exchange with Bedrock whose stream, where its answer is one, comes as Anthropic itself would send it. */
export function unframedExchange(exchange: Exchange): Exchange {
  const frames = new AnthropicFrames()
  const head = exchange.head.then(unframedHead)
  // Whoever aborts before asking for the head has lost interest in it.
  head.catch(() => {})
  const next = async (): Promise<Uint8Array | undefined> => {
    for (let bytes = await exchange.read(); bytes; bytes = await exchange.read()) {
      const events = frames.push(bytes)
      if (events.length > 0) return events
    }
    const rest = frames.rest()
    return rest.length > 0 ? rest : undefined
  }
  return {
    head,
    read: async () => (isFramed(await exchange.head) ? next() : exchange.read()),
    abort: (reason) => exchange.abort(reason),
  }
}

function isFramed({ headers }: UpstreamHead): boolean {
  return headers['content-type']?.startsWith(framedType) ?? false
}

function unframedHead(head: UpstreamHead): UpstreamHead {
  if (!isFramed(head)) return head
  const { 'content-length': _, ...headers } = head.headers
  return { ...head, headers: { ...headers, 'content-type': 'text/event-stream' } }
}
