/** Ways to think, as a request names them. */
type Thinking = 'enabled' | 'adaptive' | 'disabled' | 'between_tools'

/** What a model of Anthropic can do. */
export interface Abilities {
  readonly maxOutput: number
  readonly thinking: readonly Thinking[]
  /** How it thinks where nobody says. */
  readonly unasked: Thinking
  /** Whether the text of thoughts comes only to who asks for it. */
  readonly hidesThoughts: boolean
  /** Whether it takes no temperature but 1, no top_p below 0.99, and no top_k. */
  readonly fixedSampling: boolean
  /** Whether the last turn may be the beginning of the answer. */
  readonly prefill: boolean
  readonly xhigh: boolean
  readonly structured: boolean
  /** Whether a call of a tool can be demanded. */
  readonly forcedTools: boolean
  /** Whether a thought is only good for the model that had it. */
  readonly boundThoughts: boolean
}

type Row = readonly [name: RegExp, abilities: Abilities]

const of45: Abilities = {
  maxOutput: 64_000,
  thinking: ['enabled', 'disabled'],
  unasked: 'disabled',
  hidesThoughts: false,
  fixedSampling: false,
  prefill: true,
  xhigh: false,
  structured: true,
  forcedTools: true,
  boundThoughts: false,
}
const of40: Abilities = { ...of45, structured: false }
const of46: Abilities = {
  ...of45,
  maxOutput: 128_000,
  thinking: ['enabled', 'adaptive', 'disabled'],
  prefill: false,
}
const of47: Abilities = {
  ...of46,
  thinking: ['adaptive', 'disabled'],
  hidesThoughts: true,
  fixedSampling: true,
  xhigh: true,
}
const of5: Abilities = { ...of47, unasked: 'adaptive' }
const alwaysThinks: Abilities = { ...of5, thinking: ['adaptive'] }
const newest: Abilities = { ...alwaysThinks, forcedTools: false, boundThoughts: true }

/** The first that fits counts. */
const table: readonly Row[] = [
  [/sonnet-5-5/, { ...newest, thinking: ['adaptive', 'between_tools'] }],
  [/opus-5-5|(fable|mythos)-5-[1-9]/, newest],
  [/(fable|mythos)-/, alwaysThinks],
  [/(sonnet|opus|haiku)-5/, of5],
  [/opus-4-[78]/, of47],
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

/** Where less than all of thinking does not go with the highest efforts. */
export function mustThinkAtTop(model: string, thinking: Thinking): boolean {
  return thinking === 'between_tools' || (thinking === 'disabled' && /opus-5/.test(model))
}
