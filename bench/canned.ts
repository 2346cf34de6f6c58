/** The mock provider's answers, made once: raw HTTP, ready for the socket. */

const usage = { prompt_tokens: 180, completion_tokens: 100, total_tokens: 280 }
const pacedChunks = 20

/** An unstreamed answer of 1 KB. */
export const json = whole(
  JSON.stringify({
    id: 'chatcmpl-bench-0001',
    object: 'chat.completion',
    created: 1_760_000_000,
    model: 'bench-json',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: text(690), refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage,
    service_tier: 'default',
    system_fingerprint: 'fp_bench',
  }),
)

/** A stream of 100 chunks, all at once. */
export const burst = Buffer.concat([streamHead(), ...deltas(100).map(httpChunk), streamEnd()])

/** A stream in pieces to be sent a while apart: the first is the head with the first chunk, the last ends it. */
export const paced: readonly Buffer[] = pieces(deltas(pacedChunks).map(httpChunk))

function pieces([first = Buffer.alloc(0), ...others]: readonly Buffer[]): Buffer[] {
  return [Buffer.concat([streamHead(), first]), ...others, streamEnd()]
}

/** As many characters of plain words. */
export function text(length: number): string {
  return 'The gateway passes on what the model said, word for word. '.repeat(length / 50).slice(0, length)
}

function whole(body: string): Buffer {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`
  return Buffer.from(head + body)
}

function streamHead(): Buffer {
  const head = 'content-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n'
  return Buffer.from(`HTTP/1.1 200 OK\r\n${head}\r\n`)
}

function deltas(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const delta = index === 0 ? { role: 'assistant', content: '' } : { content: ` word${index}` }
    return event({ choices: [{ index: 0, delta, logprobs: null, finish_reason: null }], usage: null })
  })
}

/** The finish, the usage, and the mark of the end, as OpenAI sends them where usage was asked for. */
function streamEnd(): Buffer {
  const events = [
    event({ choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }], usage: null }),
    event({ choices: [], usage }),
    'data: [DONE]\n\n',
  ]
  return Buffer.concat([...events.map(httpChunk), Buffer.from('0\r\n\r\n')])
}

function event(fields: object): string {
  const head = { id: 'chatcmpl-bench-0002', object: 'chat.completion.chunk', created: 1_760_000_000 }
  return `data: ${JSON.stringify({ ...head, model: 'bench-stream', ...fields })}\n\n`
}

function httpChunk(body: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n`)
}
