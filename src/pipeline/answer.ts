/** Where the bytes of a streamed answer go. */
export interface Sink {
  /** Resolves when more may be written; undefined where that is at once. After the caller left it does nothing. */
  write(bytes: Uint8Array): Promise<void> | undefined
  /** Ends the connection at once, without the end of the answer. */
  cut(): void
}

/** What goes back to the caller: whole, or written piece by piece. The answer ends when `body` resolves, which it always does. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | ((sink: Sink) => Promise<void>)
}

/** The caller's side of a call. */
export interface Caller {
  /** The value of a request header, by its name in lower case. */
  header(name: string): string | undefined
  /** Runs once if the caller goes away before the answer ended; at once if that happened already. */
  onLeave(listener: () => void): void
  /** Work that must be finished although the answer is out. */
  afterwards(work: Promise<unknown>): void
}
