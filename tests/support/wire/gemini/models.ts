/** What a model of Gemini can do with thoughts. */
export interface Abilities {
  /** Whether calls carry a signature that must come back. */
  readonly signsCalls: boolean
  readonly takesLevel: boolean
  /** Levels that it refuses. */
  readonly refusedLevels: readonly string[]
  /** Tokens of thought: least (beside 0 and -1) and most. */
  readonly budget: readonly [number, number]
  readonly mayTurnOff: boolean
  readonly takesSystem: boolean
}

type Row = readonly [name: RegExp, abilities: Partial<Abilities>]

const base: Abilities = {
  signsCalls: false,
  takesLevel: false,
  refusedLevels: [],
  budget: [0, 24_576],
  mayTurnOff: true,
  takesSystem: true,
}
const three: Partial<Abilities> = { signsCalls: true, takesLevel: true, mayTurnOff: false }

/** The first that fits counts. */
const table: readonly Row[] = [
  [/^gemma/, { takesSystem: false }],
  [/^gemini-flash-latest/, { ...three, refusedLevels: ['MINIMAL'] }],
  [/^gemini-3\.([7-9])-flash(?!-lite)/, { ...three, refusedLevels: ['MINIMAL'] }],
  [/^gemini-3(\.\d+)?-flash/, three],
  [/^gemini-3/, { ...three, refusedLevels: ['MINIMAL'], budget: [128, 32_768] }],
  [/^gemini-[4-9]/, three],
  [/^gemini-2\.5-pro/, { budget: [128, 32_768], mayTurnOff: false }],
  [/^gemini-2\.5-flash-lite/, { budget: [512, 24_576] }],
]

export function abilitiesOf(model: string): Abilities {
  return { ...base, ...table.find(([name]) => name.test(model))?.[1] }
}
