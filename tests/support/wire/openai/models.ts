/** Whether it thinks before it answers. */
export function isReasoning(model: string): boolean {
  return /^(o\d|gpt-[5-9])/.test(model) && !/chat/.test(model)
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
