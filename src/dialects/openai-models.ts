import type { Effort } from '../core/chat/call.ts'

/** In what the models differ that are spoken to in OpenAI's dialects. */
export interface ModelTraits {
  /** How hard it may be told to think, from the least on: nothing where it does not think, undefined where nobody knows. */
  readonly efforts: readonly Effort[] | undefined
  /** Whether it thinks where nobody says how hard. */
  readonly thinksUnasked: boolean
  /** Whether it refuses any choice of sampling while it thinks. */
  readonly fixesSampling: boolean
  /** Whether it may be told where to stop. */
  readonly stops: boolean
  /** Whether it may be asked for its thought under lock. */
  readonly seals: boolean
  /** Whether it knows marks of where a prompt may be cached: others refuse them. */
  readonly marks: boolean
}

/** Other makers' models, of which nothing is known: they are told what the caller wishes. */
const unknown: ModelTraits = {
  efforts: undefined,
  thinksUnasked: false,
  fixesSampling: false,
  stops: true,
  seals: true,
  marks: false,
}
const thoughtless: ModelTraits = { ...unknown, efforts: [], seals: false }
const thinker: ModelTraits = { ...unknown, thinksUnasked: true, fixesSampling: true, stops: false }
/** Those that think only where they are asked to. */
const flexible: ModelTraits = { ...thinker, thinksUnasked: false }
const newest: ModelTraits = {
  ...flexible,
  efforts: ['none', 'low', 'medium', 'high', 'xhigh', 'max'],
  stops: true,
  marks: true,
}

/** By how a model's name begins, behind its maker's or its fine-tuner's; the first that fits counts. */
const traitsByName: readonly (readonly [RegExp, ModelTraits])[] = named([
  ['gpt-(\\d+-)?oss', unknown],
  ['deepseek', { ...unknown, seals: false }],
  ['gpt-[34]|chatgpt-|gpt-(audio|realtime)|gpt-[\\d.]+-chat', thoughtless],
  ['o\\d', { ...thinker, efforts: ['low', 'medium', 'high'] }],
  ['gpt-5-pro', { ...thinker, efforts: ['high'] }],
  ['gpt-5(\\.1)?-codex(?!-max)', { ...thinker, efforts: ['low', 'medium', 'high'] }],
  ['gpt-5(?![.\\d])', { ...thinker, efforts: ['minimal', 'low', 'medium', 'high'] }],
  ['gpt-5\\.[1-5]-codex', { ...thinker, efforts: ['low', 'medium', 'high', 'xhigh'] }],
  ['gpt-5\\.[1-5]-pro', { ...thinker, efforts: ['medium', 'high', 'xhigh'] }],
  ['gpt-5\\.1(?!\\d)', { ...flexible, efforts: ['none', 'low', 'medium', 'high'] }],
  ['gpt-5\\.[2-4](?!\\d)', { ...flexible, efforts: ['none', 'low', 'medium', 'high', 'xhigh'] }],
  ['gpt-5\\.5', { ...flexible, efforts: ['none', 'low', 'medium', 'high', 'xhigh'], stops: true }],
  ['gpt-[\\d.]+-pro', { ...newest, efforts: ['medium', 'high', 'xhigh', 'max'], thinksUnasked: true }],
  // What is not known yet is like the newest that is.
  ['gpt-\\d', newest],
])

function named(traits: readonly (readonly [string, ModelTraits])[]) {
  return traits.map(([name, each]) => [new RegExp(`(?:^|[/:.])(?:${name})`), each] as const)
}

export function traitsOf(model: string): ModelTraits {
  const name = model.toLowerCase()
  return traitsByName.find(([pattern]) => pattern.test(name))?.[1] ?? unknown
}
