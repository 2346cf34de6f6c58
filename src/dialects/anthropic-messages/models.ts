export type WireEffort = 'low' | 'medium' | 'high' | 'xhigh' | 'max'

/** What a model takes, where models differ. */
export interface ModelTraits {
  /** Whether it decides itself when and how much to think. */
  readonly adaptive: boolean
  /** Whether it thinks within a number of tokens. */
  readonly budget: boolean
  /** What stands for no thought: `disabled`, the least that it has, or nothing where it always thinks. */
  readonly least: 'disabled' | 'between_tools' | undefined
  /** Of one that decides itself: how hard it may be told to think. */
  readonly efforts: readonly WireEffort[]
  /** Whether temperature and the like may be chosen. */
  readonly sampling: boolean
  /** Whether it keeps to a schema by itself. */
  readonly schema: boolean
  /** Whether it can be made to call a tool. */
  readonly forcedTool: boolean
  /** Whether system messages may stand between turns. */
  readonly systemTurns: boolean
}

const newest: ModelTraits = {
  adaptive: true,
  budget: false,
  least: undefined,
  efforts: ['low', 'medium', 'high', 'xhigh', 'max'],
  sampling: false,
  schema: true,
  forcedTool: false,
  systemTurns: true,
}
const fifth: ModelTraits = { ...newest, least: 'disabled', forcedTool: true }
const fourSix: ModelTraits = {
  ...fifth,
  budget: true,
  efforts: ['low', 'medium', 'high', 'max'],
  sampling: true,
  systemTurns: false,
}
const fourFive: ModelTraits = { ...fourSix, adaptive: false, efforts: [] }
const four: ModelTraits = { ...fourFive, schema: false }
const third: ModelTraits = { ...four, budget: false, least: undefined }

/** By what is in the model's name, the first that is: names begin and end in many ways, from one cloud to the next. */
const traitsByName: readonly (readonly [RegExp, ModelTraits])[] = [
  [/sonnet-5-5/, { ...newest, least: 'between_tools' }],
  [/haiku-5-5/, fifth],
  // A single digit is a version, more are a date.
  [/opus-5-5|(fable|mythos)-5-\d\b/, newest],
  [/fable-5|mythos/, { ...newest, forcedTool: true }],
  [/(opus|sonnet)-5|opus-4-8/, fifth],
  [/opus-4-7/, { ...fifth, systemTurns: false }],
  [/(opus|sonnet)-4-6/, fourSix],
  [/(opus|sonnet|haiku)-4-5|opus-4-1/, fourFive],
  [/(opus|sonnet)-4|claude-3-7/, four],
  [/claude-(3|2|instant)/, third],
  // What is not known yet is like the newest that is.
  [/claude/, newest],
]

/** What a model takes. Other makers' models that speak this dialect are like Claude before it had its newer settings. */
export function traitsOf(model: string): ModelTraits {
  const name = model.toLowerCase().replaceAll('.', '-')
  return traitsByName.find(([part]) => part.test(name))?.[1] ?? four
}
