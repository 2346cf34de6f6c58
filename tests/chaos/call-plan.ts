import type { Script } from '../support/simulator/simulator.ts'
import type { Random } from './random.ts'
import type { Pace } from './scenario.ts'
import type { Caller } from './tenants.ts'

/** One call, as it is going to be made. */
export interface CallPlan {
  /** Of this call alone: in its text, by which providers are asked about it, and in its tag `call`, by which the books are. */
  readonly tag: string
  readonly caller: Caller
  readonly endUser: string | undefined
  /** A model, or a route of two. */
  readonly model: string
  readonly stream: boolean
  /** It names no cap of its output: what is held for it may grow as it streams. */
  readonly isOpenEnded: boolean
  readonly leaving: Leaving
  readonly script: Script
  readonly body: string
}

/** When the client goes away, and whether with a reset. */
export type Leaving =
  | { readonly when: 'never' }
  | { readonly when: 'waiting'; readonly afterMs: number; readonly reset: boolean }
  | { readonly when: 'reading'; readonly afterBytes: number; readonly reset: boolean }
  | { readonly when: 'finished'; readonly reset: boolean }

/** What every call's text begins with; its tag follows. */
export const opening = 'This is call '

/** `thrifty-chat` tries the cheaper of the two first, `best-chat` the dearer. */
const models = { 'acme-chat': 3, 'backup-chat': 2, 'best-chat': 3, 'thrifty-chat': 3 }

const fillers = [
  'A weir holds the river. ',
  '水流过堰。',
  'Über das Wehr fließt Wasser. ',
  'How deep is it? 🌊 ',
]

/** Ways in which one request fails, the provider being well otherwise. */
const failures: readonly Script[] = [
  { status: 500 },
  { status: 429 },
  { status: 400 },
  { fail: 'before_head' },
  { fail: 'reset_mid_stream' },
  { fail: 'end_without_finish' },
  { fail: 'error_event_mid_stream' },
  { fail: 'truncated_json' },
  { fail: 'rubbish' },
  { fail: 'html_200' },
  { fail: 'stall_mid_stream' },
  { fail: 'stall_before_head' },
]

export interface Deck {
  readonly callers: readonly Caller[]
  readonly pace: Pace
}

export function planCall(tag: string, random: Random, { callers, pace }: Deck): CallPlan {
  const caller = random.pick(callers)
  const endUser = random.chance(0.6) ? `u${random.between(0, 7)}` : undefined
  const model = random.weighted(models)
  const stream = random.chance(0.6)
  const isOpenEnded = stream && random.chance(0.25)
  const leaving = planLeaving(random, stream)
  const content = `${opening}${tag}. ${random.pick(fillers).repeat(random.between(2, 12))}`
  const script = planScript(random, { stream, isOpenEnded, pace, leaving, most: Buffer.byteLength(content) })
  const body = {
    model,
    stream,
    ...(!isOpenEnded && { max_tokens: random.between(24, 64) }),
    ...(endUser !== undefined && { user: endUser }),
    messages: [{ role: 'user', content }],
    sim: script,
  }
  return { tag, caller, endUser, model, stream, isOpenEnded, leaving, script, body: JSON.stringify(body) }
}

function planLeaving(random: Random, stream: boolean): Leaving {
  const reset = random.chance(0.5)
  switch (random.weighted({ never: 76, waiting: 9, reading: 8, finished: 7 })) {
    case 'waiting':
      return { when: 'waiting', afterMs: random.between(0, 60), reset }
    case 'reading':
      return stream ? { when: 'reading', afterBytes: random.between(1, 2_000), reset } : { when: 'never' }
    case 'finished':
      return { when: 'finished', reset }
    case 'never':
      return { when: 'never' }
  }
}

interface Surroundings {
  readonly stream: boolean
  readonly isOpenEnded: boolean
  readonly pace: Pace
  readonly leaving: Leaving
  /** Tokens of input, at most: no text has more than bytes, and so no call uses more than is held for it. */
  readonly most: number
}

function planScript(random: Random, { stream, isOpenEnded, pace, leaving, most }: Surroundings): Script {
  const promptTokens = random.between(4, most)
  // A few are far longer than is usual.
  const isLong = isOpenEnded && random.chance(0.05)
  const size: Script = {
    words: isLong ? random.between(60, 200) : random.between(3, 40),
    prompt_tokens: promptTokens,
    ...(random.chance(0.3) && { cached_tokens: random.between(0, promptTokens) }),
    ...(random.chance(0.2) && { reasoning_tokens: random.between(1, 10) }),
    ...(random.chance(0.05) && { tool_calls: 1 }),
    ...(random.chance(0.05) && { usage: false }),
  }
  const timing = stream ? streamTiming(random, pace, isLong) : wholeTiming(random, pace)
  // Whoever leaves might else do so between the last byte of the usage and the note that it was told.
  const split = leaving.when === 'never' && random.chance(0.3) ? random.pick(splits) : undefined
  const failure = random.chance(0.08) ? random.pick(failures) : {}
  return { ...size, ...timing, ...(split && { split }), ...failure }
}

const splits = ['bytes', 'utf8', 'events', 'crlf'] as const

/** Some outlast a lease. */
function streamTiming(random: Random, { lease }: Pace, isLong: boolean): Script {
  const slow = !isLong && random.chance(0.1)
  const longest = slow ? random.between(lease * 25, lease * 60) : 30
  return {
    ...(random.chance(0.3) && { delay_ms: random.between(1, 200) }),
    ...(random.chance(0.2) && { first_byte_ms: random.between(1, 100) }),
    chunk_ms: random.between(slow ? lease * 25 : 0, longest),
  }
}

function wholeTiming(random: Random, { lease, firstByte }: Pace): Script {
  const slow = random.chance(0.06)
  const longest = slow ? Math.min(lease * 1.5, firstByte * 0.9) * 1000 : 200
  return { delay_ms: random.between(slow ? lease * 500 : 0, longest) }
}
