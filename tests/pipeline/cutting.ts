import type { ExtendStep, OpenCall } from '../../src/ledger/call.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { events, scripted, type Script } from './scripted.ts'
import { catalogue, pieces, providers, request } from './two-providers.ts'
import { makeWorld, type WorldOptions } from './world.ts'

/** Streams that are longer than what is held for them at first. */

/** A request for a stream without a cap: the model can put out 1,000 tokens. */
export const endless = { model: request.model, messages: request.messages, stream: true }

/** An event that brings so many bytes of text. */
export const textOf = (bytes: number) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'x'.repeat(bytes) }, finish_reason: null }] })}\n\n`

/** A stream that brings so many bytes each time that it is read. */
export const streamOf = (...reads: (number | symbol)[]): Script => ({
  headers: events,
  body: [
    pieces.first,
    ...reads.map((read) => (typeof read === 'number' ? textOf(read) : read) as never),
    pieces.finish,
    pieces.done,
  ],
})

/** A world whose key is known to put out so many tokens a call, with the points at which its pipeline waits. */
export async function worldWithHabit(
  scripts: readonly Script[],
  { habit = 100, ...options }: Partial<WorldOptions> & { habit?: number } = {},
) {
  const points: string[] = []
  const transport = scripted(scripts, (point) => points.push(point))
  const world = await makeWorld({ catalogue, providers, transport, ...options })
  const bound = await world.learn('both', habit)
  const chunksOf = (body: Buffer) =>
    body
      .toString()
      .split('\n\n')
      .filter((event) => event.startsWith('data: {'))
      .map((event) => JSON.parse(event.slice(6)) as Chunk)
  return { ...world, bound, points, sent: transport.sent, chunksOf }
}

export interface Chunk {
  readonly choices: readonly { readonly index: number; readonly finish_reason: string | null }[]
  readonly usage?: object
  readonly weir?: { readonly reason?: string; readonly limit?: object; readonly charge?: string }
  readonly error?: { readonly code: string }
}

/** Notes what the ledger is asked. */
export function noting(more: (book: Ledger['book']) => Partial<Ledger['book']> = () => ({})) {
  const opened: OpenCall[] = []
  const steps: ExtendStep[] = []
  const book = (real: Ledger['book']): Partial<Ledger['book']> => {
    const changed = { ...real, ...more(real) }
    return {
      open(org, call) {
        opened.push(call)
        return changed.open(org, call)
      },
      extend(org, id, step) {
        steps.push(step)
        return changed.extend(org, id, step)
      },
    }
  }
  const heldAtFirst = () => opened.at(-1)?.candidates[0]?.hold.outputTokens
  return { book, steps, heldAtFirst }
}
