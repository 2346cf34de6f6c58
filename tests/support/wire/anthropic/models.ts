/** What a model of Anthropic can do. */
export interface Abilities {
  readonly maxOutput: number
  /** Whether it decides itself how much it thinks. */
  readonly adaptive: boolean
  /** Whether it takes no temperature but 1, no top_p below 0.99, no top_k, and no prefilled answer. */
  readonly fixedSampling: boolean
  readonly xhigh: boolean
  readonly structured: boolean
  /** Whether it thinks where nobody asks for it. */
  readonly thinksUnasked: boolean
}

type Row = readonly [name: RegExp, abilities: Abilities]

const newest: Abilities = {
  maxOutput: 128_000,
  adaptive: true,
  fixedSampling: true,
  xhigh: true,
  structured: true,
  thinksUnasked: false,
}
const of46: Abilities = { ...newest, fixedSampling: false, xhigh: false }
const of45: Abilities = { ...of46, maxOutput: 64_000, adaptive: false }
const of40: Abilities = { ...of45, structured: false }

/** The first that fits counts. */
const table: readonly Row[] = [
  [/sonnet-5/, { ...newest, thinksUnasked: true }],
  [/opus-5|fable-5|mythos|haiku-5|opus-4-[78]/, newest],
  [/(sonnet|opus)-4-6/, of46],
  [/(sonnet|opus|haiku)-4-5/, of45],
  [/opus-4-1/, { ...of45, maxOutput: 32_000 }],
  [/opus-4/, { ...of40, maxOutput: 32_000 }],
  [/sonnet-4/, of40],
  [/claude-3/, { ...of40, maxOutput: 4096 }],
]

/** Models of no known name are like those of 4.5. */
export function abilitiesOf(model: string): Abilities {
  return table.find(([name]) => name.test(model))?.[1] ?? of45
}

/** Whether it refuses `thinking: disabled` with the highest efforts. */
export function mustThinkAtTop(model: string): boolean {
  return /opus-5/.test(model)
}
