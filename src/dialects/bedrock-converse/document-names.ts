const maxLength = 180

/** Gives each document of a request a name that Bedrock takes: letters, digits, single spaces and `-()[]`, and no name twice. */
export class DocumentNames {
  readonly #taken = new Set<string>()

  nameFor(wanted: string | undefined): string {
    const name = sanitised(wanted ?? '') || 'document'
    let free = name
    for (let i = 2; this.#taken.has(free); i++) free = `${name} ${i}`
    this.#taken.add(free)
    return free
  }
}

function sanitised(name: string): string {
  return name
    .replace(/\.[a-z0-9]{1,5}$/i, '')
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .replaceAll(/[^a-zA-Z0-9\-()[\]]+/g, ' ')
    .trim()
    .slice(0, maxLength)
    .trim()
}
