/** What every chunk of a stream says alike. */
export interface ChunkHead {
  readonly id?: string
  readonly created?: number
  readonly model?: string
  readonly system_fingerprint?: string
}

export function readHead(chunk: Readonly<Record<string, unknown>>): ChunkHead {
  const { id, created, model, system_fingerprint } = chunk
  return {
    ...(isText(id) && { id }),
    ...(typeof created === 'number' && { created }),
    ...(isText(model) && { model }),
    ...(isText(system_fingerprint) && { system_fingerprint }),
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
