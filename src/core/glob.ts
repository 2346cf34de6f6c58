/** Whether one of the globs matches a name. `*` in a glob stands for any run of characters. */
export function matchesAny(globs: readonly string[], name: string): boolean {
  return globs.some((glob) => matchesGlob(glob, name))
}

function matchesGlob(glob: string, name: string): boolean {
  if (!glob.includes('*')) return glob === name
  const [head = '', ...rest] = glob.split('*')
  const tail = rest.pop() ?? ''
  if (!name.startsWith(head) || name.length < head.length + tail.length || !name.endsWith(tail)) return false
  let from = head.length
  const end = name.length - tail.length
  for (const part of rest) {
    const found = name.indexOf(part, from)
    if (found < 0 || found + part.length > end) return false
    from = found + part.length
  }
  return true
}
