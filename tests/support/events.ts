/** Reading of streams in tests, without the gateway's code. */

/** The events of a stream with the blank line that ends each, whatever its line ends. */
export function eventsOf(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes).toString('latin1')
  const events: readonly string[] = text.match(/[^]*?\r?\n\r?\n/g) ?? []
  return events.map((event) => Buffer.from(event, 'latin1').toString())
}

interface Chunk {
  readonly choices?: readonly {
    readonly delta?: Readonly<Record<string, unknown>>
    readonly finish_reason?: unknown
  }[]
  readonly usage?: unknown
  readonly error?: { readonly code?: unknown; readonly message?: unknown }
}

/** The JSON of an event's data; undefined for comments and `[DONE]`. */
export function chunkOf(event: string): Chunk | undefined {
  const data = /^data: ?([^\r\n]*)/m.exec(event)?.[1]
  return data === undefined || data === '[DONE]' ? undefined : (JSON.parse(data) as Chunk)
}

export function isUsageChunk(event: string): boolean {
  const chunk = chunkOf(event)
  return chunk?.choices?.length === 0 && chunk.usage !== null && chunk.usage !== undefined
}

/** A stream without the usage chunk that has no choices. */
export function withoutUsageChunk(bytes: Uint8Array): string {
  return eventsOf(bytes)
    .filter((event) => !isUsageChunk(event))
    .join('')
}

/** Bytes of UTF-8 that a stream generated so far: contents, reasoning, and the names and arguments of tool calls. */
export function generatedBytes(bytes: Uint8Array): number {
  const texts = eventsOf(bytes).flatMap((event) => {
    const choices = chunkOf(event)?.choices ?? []
    return choices.flatMap(({ delta = {} }) => {
      const calls = (delta['tool_calls'] ?? []) as readonly {
        function: { name?: string; arguments?: string }
      }[]
      const called = calls.flatMap((call) => [call.function.name, call.function.arguments])
      return [delta['content'], delta['reasoning_content'], ...called]
    })
  })
  return texts.reduce<number>(
    (sum, text) => sum + (typeof text === 'string' ? Buffer.byteLength(text) : 0),
    0,
  )
}
