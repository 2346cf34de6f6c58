import { boundOf, generationOf, type Habit } from '../habit.ts'
import type { Refusal } from '../call.ts'

import type { Briefing, Policy } from '../policy.ts'
import type { Space } from './space.ts'

/** What a gateway is told of a key, by its hash. */
export async function briefing(space: Space, keyHash: string): Promise<Briefing | Refusal> {
  await space.refresh()
  const policy = await space.ask(({ registry }) => registry.policyOf(keyHash))
  return policy.kind === 'refusal' ? policy : briefed(space, policy)
}

/** A policy with what helps to plan under it. */
export async function briefed(space: Space, policy: Policy): Promise<Briefing> {
  const { connection, keys, now } = space
  const costLimited = await space.ask(({ limits }) => limits.costLimited(policy))
  const counts = (await connection.command('HGETALL', keys.habits(policy.keyId))) as string[]
  const forgotten = oldFields(counts, now())
  if (forgotten.length > 0) await connection.command('HDEL', keys.habits(policy.keyId), ...forgotten)

  return {
    ...policy,
    habits: boundsOf(counts, now()),
    costLimited,
  }
}

/** The counts of generations that are no habit any more. */
function oldFields(counts: readonly string[], now: number): string[] {
  const oldest = generationOf(now) - 1
  const names = counts.filter((_, index) => index % 2 === 0)
  return names.filter((name) => (JSON.parse(name) as [string, number, number])[1] < oldest)
}

/** The bounds of each model, from the counts of its bins by generation. */
function boundsOf(counts: readonly string[], now: number): Record<string, number> {
  const models = new Map<string, Map<number, Record<string, number>>>()
  for (let index = 0; index < counts.length; index += 2) {
    const [model, generation, bin] = JSON.parse(counts[index] ?? '[]') as [string, number, number]
    const generations = models.get(model) ?? new Map<number, Record<string, number>>()
    generations.set(generation, { ...generations.get(generation), [bin]: Number(counts[index + 1]) })
    models.set(model, generations)
  }
  const bounds = [...models].flatMap(([model, generations]) => {
    const bound = boundOf(habitOf(generations, now), now)
    return bound === undefined ? [] : [[model, bound] as const]
  })
  return Object.fromEntries(bounds)
}

function habitOf(generations: ReadonlyMap<number, Record<string, number>>, now: number): Habit {
  const generation = Math.max(generationOf(now), ...generations.keys())
  return {
    generation,
    current: generations.get(generation) ?? {},
    previous: generations.get(generation - 1) ?? {},
  }
}
