import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest'
import { expectBooksToAgree } from '../support/books.ts'
import type { Client } from './ask.ts'
import type { Cell } from './call.ts'
import { switching, thinkerOf } from './cells/switch.ts'
import { features, modelsFor, waysOf, type Feature } from './features.ts'
import { dialectNames, modelsOf, upstreamNames, type UpstreamName } from './upstreams.ts'
import { tryWish, wishesOf } from './wishes/try-wish.ts'
import { startWorld, type Host, type World } from './world.ts'

/** A cell before its world has started. */
interface Planned extends Omit<Cell, 'world'> {
  readonly name: string
  readonly play: (cell: Cell) => Promise<void>
}

function planFeature(client: Client, upstream: UpstreamName, feature: Feature): Planned[] {
  const { name, play } = feature
  return modelsFor(feature, upstream, client).flatMap((model) =>
    waysOf(feature).map((stream) => ({
      name: `${name}${feature.with ? ` (${model})` : ''}, ${stream ? 'streamed' : 'whole'}`,
      play,
      client,
      upstream,
      model,
      stream,
    })),
  )
}

function planSwitches(client: Client, upstream: UpstreamName): Planned[] {
  const model = thinkerOf(client, upstream)
  const others = dialectNames.filter((name) => name !== upstream)
  return others.map((other) => ({
    name: `a conversation that goes on at ${other}`,
    play: (cell) => switching(cell, other),
    client,
    upstream,
    model,
    stream: true,
  }))
}

function planWishes(client: Client, upstream: UpstreamName): Planned[] {
  const { plain, thinking } = modelsOf(upstream, client)
  return wishesOf(client).map((wish) => ({
    name: `a wish: ${wish}`,
    play: (cell) => tryWish(cell, wish),
    client,
    upstream,
    model: wish === 'effort' ? (thinking[0] ?? plain) : plain,
    stream: false,
  }))
}

/** What the codecs alone decide is the same wherever they run: it is tried on one host. */
function plan(client: Client, upstream: UpstreamName, host: Host): Planned[] {
  const all = features
    .filter(({ on = host }) => on === host)
    .flatMap((feature) => planFeature(client, upstream, feature))
  if (upstream === 'open' || host !== 'node') return all
  return [...all, ...planSwitches(client, upstream), ...planWishes(client, upstream)]
}

/** Every feature between a client and every provider, streamed and not. */
export function describeMatrix(client: Client): void {
  describe.each<Host>(['node', 'workerd'])('on %s', (host) => describeOn(host, client))
}

function describeOn(host: Host, client: Client): void {
  let world: World | undefined
  const started = (): World => {
    if (!world) throw new Error('The world has not started yet.')
    return world
  }
  beforeAll(async () => {
    world = await startWorld(host)
  }, 30_000)
  afterAll(() => world?.stop())
  // One that failed may have left what no request took.
  beforeEach(() => {
    for (const wire of Object.values(started().wires)) wire.forget()
  })

  for (const upstream of upstreamNames) {
    describe(`${client.dialect} to ${upstream}`, () => {
      for (const { name, play, ...cell } of plan(client, upstream, host))
        test(name, () => play({ ...cell, world: started() }))
    })
  }

  test('the books agree', () => expectBooksToAgree(started().tenant))
}
