import { open, type FileHandle } from 'node:fs/promises'

/** A file of lines for its owner alone, each on the disk once its promise resolves. Lines that come together are written together. */
export class LineFile {
  readonly #file: FileHandle
  #waiting: string[] = []
  #emptying = false
  /** What was written before may have been torn. */
  #torn = true
  #next: Promise<void> | undefined
  #last: Promise<void> = Promise.resolve()

  private constructor(file: FileHandle) {
    this.#file = file
  }

  static async open(path: string): Promise<LineFile> {
    const file = await open(path, 'a', 0o600)
    // A file that is there already keeps its mode, whatever is asked for.
    await file.chmod(0o600)
    return new LineFile(file)
  }

  append(line: string): Promise<void> {
    this.#waiting.push(line)
    return this.#write()
  }

  /** Forgets all lines, those that still wait to be written too. */
  empty(): Promise<void> {
    this.#waiting = []
    this.#emptying = true
    return this.#write()
  }

  async close(): Promise<void> {
    await this.#last.catch(() => {})
    await this.#file.close()
  }

  #write(): Promise<void> {
    if (this.#next) return this.#next
    const next = this.#last.catch(() => {}).then(() => this.#writeWaiting())
    this.#next = next
    this.#last = next
    return next
  }

  async #writeWaiting(): Promise<void> {
    const [lines, emptying] = [this.#waiting, this.#emptying]
    this.#waiting = []
    this.#emptying = false
    this.#next = undefined
    if (emptying) await this.#file.truncate(0)
    if (lines.length > 0) {
      const text = `${this.#torn && !emptying ? '\n' : ''}${lines.join('\n')}\n`
      this.#torn = true
      await this.#file.appendFile(text)
    }
    await this.#file.datasync()
    this.#torn = false
  }
}
