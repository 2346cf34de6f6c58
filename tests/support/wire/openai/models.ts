/** Whether it thinks before it answers. */
export function isReasoning(model: string): boolean {
  return /^(o\d|gpt-[5-9])/.test(model) && !/chat/.test(model)
}

const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

/** How hard the first that fits may not be told to think. */
const unknownEfforts: readonly (readonly [RegExp, readonly string[]])[] = [
  [/oss/, []],
  [/^o\d/, ['none', 'minimal', 'xhigh', 'max']],
  [/^gpt-5(-|$)/, ['none', 'xhigh', 'max']],
  [/^gpt-5\.1(-|$)/, ['minimal', 'xhigh', 'max']],
  [/^gpt-5\.[2-5](-|$)/, ['minimal', 'max']],
  [/^gpt-/, ['minimal']],
]

/** Why it cannot be told to think so hard. */
export function wrongEffort(model: string, effort: string): string | undefined {
  const unknown = unknownEfforts.find(([name]) => name.test(model))?.[1] ?? []
  if (!unknown.includes(effort)) return undefined
  const known = efforts.filter((each) => !unknown.includes(each)).map((each) => `'${each}'`)
  return `Unsupported value: '${effort}' is not supported with the '${model}' model. Supported values are: ${known.join(', ')}.`
}

/** Whether it thinks where nobody says how much: from gpt-5.1 on it does not. */
function thinksUnasked(model: string): boolean {
  return /^(o\d|gpt-5(-|$))/.test(model)
}

/** Whether it takes no sampling parameters: where it thinks. */
export function fixesSampling(model: string, effort: string | null | undefined): boolean {
  if (!isReasoning(model)) return false
  return effort ? effort !== 'none' : thinksUnasked(model)
}
