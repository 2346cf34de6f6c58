/** How the thought of a model is steered: by a number of tokens, by a word, or not at all. */
export type Thinking =
  | { readonly by: 'budget'; readonly least: number; readonly most: number; readonly canBeOff: boolean }
  | { readonly by: 'level'; readonly levels: readonly ThinkingLevel[] }
  | { readonly by: 'nothing' }

export type ThinkingLevel = 'MINIMAL' | 'LOW' | 'MEDIUM' | 'HIGH'

/** In what Google's models differ. */
export interface ModelTraits {
  readonly thinking: Thinking
  /**
   * From generation 3 on: calls of functions are signed and must come back so, results may hold images, and an answer may have a
   * format beside functions.
   */
  readonly isModern: boolean
  readonly hasSystem: boolean
  readonly hasPenalties: boolean
}

const plain: ModelTraits = {
  thinking: { by: 'nothing' },
  isModern: false,
  hasSystem: true,
  hasPenalties: true,
}

function budgeted(least: number, most: number, canBeOff: boolean): ModelTraits {
  return { ...plain, thinking: { by: 'budget', least, most, canBeOff }, hasPenalties: false }
}

function levelled(...levels: readonly ThinkingLevel[]): ModelTraits {
  return { ...plain, thinking: { by: 'level', levels }, isModern: true }
}

/** The first that fits counts. A model of which nothing is known is taken for one like the newest. */
const traitsByName: readonly (readonly [RegExp, ModelTraits])[] = [
  [/^gemma-/, { ...plain, hasSystem: false }],
  [/^gemini-(1\b|2\.0\b|pro(-vision)?$)/, plain],
  [/^gemini-2\.5-.*(image|tts|audio|computer)/, { ...plain, hasPenalties: false }],
  [/^gemini-2\.5-pro/, budgeted(128, 32_768, false)],
  [/^gemini-2\.5-flash-lite/, budgeted(512, 24_576, true)],
  [/^gemini-2\.5/, budgeted(1, 24_576, true)],
  [/^gemini-.*-(image|tts|audio)/, { ...plain, isModern: true }],
  [/^gemini-3-pro/, levelled('LOW', 'HIGH')],
  [/^gemini-.*flash-lite/, levelled('MINIMAL', 'LOW', 'MEDIUM', 'HIGH')],
  [/^gemini-3(\.[0-6])?-flash/, levelled('MINIMAL', 'LOW', 'MEDIUM', 'HIGH')],
  [/^gemini-/, levelled('LOW', 'MEDIUM', 'HIGH')],
]

export function traitsOf(model: string): ModelTraits {
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase()
  return traitsByName.find(([pattern]) => pattern.test(name))?.[1] ?? plain
}
