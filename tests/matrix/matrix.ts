import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest'
import type { Client } from './ask.ts'
import type { Cell } from './call.ts'
import { bare, loop, parallel } from './cells/call-tools.ts'
import { cost } from './cells/cost.ts'
import { broken, hungUp, limited, midway, refused } from './cells/fail.ts'
import { dribbled, lined, unmarked } from './cells/frame.ts'
import { leaving } from './cells/leave.ts'
import { filtered, length, silence, text } from './cells/say.ts'
import { image, structured } from './cells/show.ts'
import { locked, signed } from './cells/think.ts'
import { expectBooksToAgree } from '../support/books.ts'
import { modelsOf, upstreamNames, type UpstreamName } from './upstreams.ts'
import { startWorld, type World } from './world.ts'

type Play = (cell: Cell) => Promise<void>

interface Feature {
  readonly name: string
  readonly play: Play
  /** Only streams have it. */
  readonly streamed?: true
  /** With each model that thinks. */
  readonly thinks?: true
  /** Only these providers have it. */
  readonly of?: readonly UpstreamName[]
}

const features: readonly Feature[] = [
  { name: 'text', play: text },
  { name: 'an answer that reached its cap', play: length },
  { name: 'an answer that was filtered', play: filtered },
  { name: 'an answer that says nothing', play: silence },
  { name: 'an image', play: image },
  { name: 'structured output', play: structured },
  { name: 'tools in parallel', play: parallel },
  { name: 'a tool without arguments', play: bare },
  { name: 'a loop with tools', play: loop },
  { name: 'thoughts that are signed', play: signed, thinks: true },
  { name: 'thoughts under lock', play: locked, thinks: true, of: ['anthropic', 'bedrock'] },
  { name: 'a request that the provider refuses', play: refused },
  { name: 'a provider at its limit', play: limited },
  { name: 'a provider that fails', play: broken },
  { name: 'a provider that fails midway', play: midway },
  { name: 'a provider that hangs up', play: hungUp },
  { name: 'a caller that leaves', play: leaving },
  { name: 'what it cost', play: cost },
  { name: 'bytes that dribble', play: dribbled, streamed: true },
  { name: 'lines that end in CRLF, and comments', play: lined, streamed: true },
  { name: 'an end without its mark', play: unmarked, streamed: true },
]

/** Every feature between a client and every provider, streamed and not. */
export function describeMatrix(client: Client): void {
  let world: World | undefined
  beforeAll(async () => {
    world = await startWorld()
  }, 30_000)
  afterAll(() => world?.stop())
  beforeEach(() => {
    for (const wire of Object.values(world?.wires ?? {})) wire.forget()
  })
  const started = (): World => {
    if (!world) throw new Error('The world has not started yet.')
    return world
  }
  for (const upstream of upstreamNames) {
    describe(`${client.dialect} to ${upstream}`, () => {
      for (const feature of features)
        for (const model of modelsIn(feature, upstream))
          for (const stream of ways(feature)) testCell({ feature, stream, upstream, model })
    })
  }
  test('the books agree', () => expectBooksToAgree(started().tenant))

  function testCell({ feature, ...cell }: Pick<Cell, 'stream' | 'upstream' | 'model'> & { feature: Feature }) {
    const { name, play, thinks } = feature
    const of = thinks ? ` (${cell.model})` : ''
    test(`${name}${of}, ${cell.stream ? 'streamed' : 'whole'}`, () => play({ world: started(), client, ...cell }))
  }

  function modelsIn({ thinks, of = upstreamNames }: Feature, upstream: UpstreamName): readonly string[] {
    if (!of.includes(upstream)) return []
    const { plain, thinking } = modelsOf(upstream, client)
    return thinks ? thinking : [plain]
  }
}

function ways({ streamed }: Feature): readonly boolean[] {
  return streamed ? [true] : [false, true]
}
