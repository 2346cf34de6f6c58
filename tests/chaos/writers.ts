import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { planCall, type CallPlan } from './call-plan.ts'
import { makeCall, type Heard } from './caller.ts'
import { Random } from './random.ts'
import type { Scenario } from './scenario.ts'
import type { Caller } from './tenants.ts'

/** What became of a call, as its client tells it. Times are Unix milliseconds. */
export interface Told {
  readonly plan: CallPlan
  readonly startedAt: number
  readonly endedAt: number
  readonly heard: Heard
  /** All of a good answer came. */
  readonly answered: boolean
  readonly refusal?: Refusal
}

const refusalSchema = z.object({
  code: z.string(),
  limit: z
    .object({
      id: z.string(),
      metric: z.string(),
      per: z.string().nullable(),
      mode: z.string(),
      amount: z.union([z.string(), z.number()]),
      spent: z.union([z.string(), z.number()]),
      held: z.union([z.string(), z.number()]),
      requested: z.union([z.string(), z.number()]),
    })
    .optional(),
})

/** The gateway's own error, with the limit that refused if it was one. */
export type Refusal = z.output<typeof refusalSchema>

interface Office {
  readonly scenario: Scenario
  readonly urls: readonly string[]
  readonly callers: readonly Caller[]
  /** Told of each call that ended. */
  readonly onTold: (told: Told) => void
}

/** Has many writers make calls, each one after the other, until the time is over. Resolves when the last has its answer. */
export async function write(office: Office): Promise<void> {
  const random = new Random(office.scenario.seed)
  const until = Date.now() + office.scenario.seconds * 1000
  const writers = Array.from({ length: office.scenario.writers }, (_, index) =>
    writer(office, { name: `w${index}`, random: random.fork(), until }),
  )
  await Promise.all(writers)
}

interface Writer {
  readonly name: string
  readonly random: Random
  readonly until: number
}

async function writer(
  { scenario, urls, callers, onTold }: Office,
  { name, random, until }: Writer,
): Promise<void> {
  for (let index = 0; Date.now() < until; index++) {
    const plan = planCall(`${name}-${index}`, random, { callers, pace: scenario.pace })
    const url = random.pick(urls)
    const startedAt = Date.now()
    const heard = await makeCall(url, plan)
    onTold(tell(plan, heard, startedAt))
    await pause(random.between(0, restMs(heard)))
  }
}

/** Where nobody listens, or a limit is reached, there is no use in hurry. */
function restMs({ how, status = 200 }: Heard): number {
  if (how === 'refused') return 400
  return status === 200 ? 20 : 250
}

function tell(plan: CallPlan, heard: Heard, startedAt: number): Told {
  const refusal = heard.status === 200 ? undefined : readRefusal(heard)
  const answered = heard.status === 200 && (plan.stream ? isWholeStream(heard) : isWholeAnswer(heard))
  return { plan, startedAt, endedAt: Date.now(), heard, answered, ...(refusal && { refusal }) }
}

function isWholeStream({ body }: Heard): boolean {
  return body.includes('data: [DONE]') && !body.includes('"error":')
}

function isWholeAnswer({ body }: Heard): boolean {
  try {
    return typeof JSON.parse(body.toString()) === 'object'
  } catch {
    return false
  }
}

function readRefusal({ body }: Heard): Refusal | undefined {
  try {
    const { error } = JSON.parse(body.toString()) as { error?: unknown }
    return refusalSchema.safeParse(error).data
  } catch {
    return undefined
  }
}
