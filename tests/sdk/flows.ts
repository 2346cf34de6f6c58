import { afterAll, beforeAll, describe, expect } from 'vitest'
import { modelName, startWorld, type World } from '../matrix/world.ts'
import { upstreams, type UpstreamName } from '../matrix/upstreams.ts'
import type { Client } from '../matrix/ask.ts'
import type { Scene } from '../support/wire/scene.ts'

type Dialect = Client['dialect']

/** What an SDK needs to be pointed at the gateway. */
export interface Flows {
  /** Without a path. */
  readonly url: string
  readonly key: string
  /** A model of a provider that speaks so, and not as this SDK does. */
  model(upstream: UpstreamName, dialect: Dialect): string
  /** What that provider's model does with the next requests, one each. */
  next(upstream: UpstreamName, ...scenes: Scene[]): void
}

/** Runs an SDK's flows against one gateway. Afterwards every call is in the books, and the providers refused none. */
export function testFlows(name: string, body: (flows: () => Flows) => void): void {
  describe(name, () => {
    let world: World | undefined
    beforeAll(async () => {
      world = await startWorld('node')
    }, 60_000)
    afterAll(() => world?.stop())
    body(() => flowsOf(world))
  })
}

function flowsOf(world: World | undefined): Flows {
  if (!world) throw new Error('The world has not started yet.')
  const { gateway, tenant, wires } = world
  return {
    url: gateway.url,
    key: tenant.key,
    model: (upstream, dialect) => {
      const { models, modelsFor } = upstreams[upstream]
      return modelName(upstream, (modelsFor?.[dialect] ?? models).plain)
    },
    next: (upstream, ...scenes) => wires[upstream].next(scenes),
  }
}

/** The weather, as a tool of the caller's. */
export const weather = {
  name: 'get_weather',
  description: 'The weather in a city.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
} as const

/** Two calls at once, and what the model says once it has the results. */
export const toolLoop: Scene[] = [
  {
    calls: [
      { name: weather.name, arguments: { city: 'Oslo' } },
      { name: weather.name, arguments: { city: '北京' } },
    ],
  },
  { text: 'Oslo has 3 degrees, 北京 18. 🌊' },
]

export const toolLoopText = 'Oslo has 3 degrees, 北京 18. 🌊'

/** Notes the cities that were asked for. */
export function weatherOf(asked: string[]) {
  return ({ city }: { readonly city: string }) => {
    asked.push(city)
    return JSON.stringify({ degrees: city === 'Oslo' ? 3 : 18 })
  }
}

export function expectBoth(asked: readonly string[]): void {
  expect(asked.toSorted()).toEqual(['Oslo', '北京'])
}
