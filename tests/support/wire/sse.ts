import type { Refusal } from './refusal.ts'
import type { Scene } from './scene.ts'

/** One server-sent event. */
export function serverSent(data: unknown, event?: string): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data)
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`
}

/** The events up to where the scene has an error, and that. */
export function* untilError<Event>(
  events: Iterable<Event>,
  scene: Scene,
  errors: (error: NonNullable<Scene['error']>) => Iterable<Event>,
): Generator<Event> {
  const { error, errorAfter } = scene
  if (!error || errorAfter === undefined) {
    yield* events
    return
  }
  let left = errorAfter
  for (const event of events) {
    if (left-- <= 0) break
    yield event
  }
  yield* errors(error)
}

/** The message of a scene's error. */
export function messageOf(error: NonNullable<Scene['error']> | Refusal): string {
  return error.message || 'The simulated provider was told to fail.'
}

/** Takes from each list in turn: what happens side by side. */
export function* interleave<Item>(lists: readonly Iterable<Item>[]): Generator<Item> {
  let open = lists.map((list) => list[Symbol.iterator]())
  while (open.length > 0) {
    const still: Iterator<Item>[] = []
    for (const iterator of open) {
      const { done, value } = iterator.next()
      if (done) continue
      still.push(iterator)
      yield value
    }
    open = still
  }
}

/** Arguments of a call in a few pieces of text. */
export function argumentPieces(text: string): string[] {
  const size = Math.max(1, Math.ceil(text.length / 3))
  const characters = [...text]
  const pieces: string[] = []
  for (let at = 0; at < characters.length; at += size) pieces.push(characters.slice(at, at + size).join(''))
  return pieces
}
