import { WeirError } from '../../core/errors.ts'

/** What a call could not be written with, each once. */
export class Losses {
  readonly #names = new Set<string>()

  add(...names: readonly string[]): void {
    for (const name of names) this.#names.add(name)
  }

  /** Notes a loss where there is one. */
  addIf(isLost: boolean, name: string): void {
    if (isLost) this.#names.add(name)
  }

  get names(): readonly string[] {
    return [...this.#names]
  }
}

export function cannotTranslate(message: string, param: string): WeirError {
  return new WeirError('cannot_translate', message, { param })
}
