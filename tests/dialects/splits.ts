import fc from 'fast-check'

/** Where to cut: used modulo the length of what is cut. */
export const cuts = fc.array(fc.nat(1_000_000), { maxLength: 40 })

/** Cuts bytes at the given places, or after every byte. */
export function splitBytes(bytes: Uint8Array, cuts: readonly number[] | 'everywhere'): Uint8Array[] {
  const places = cuts === 'everywhere' ? Array.from(bytes, (_, at) => at) : cuts
  const starts = [...new Set([0, ...places.map((at) => at % Math.max(1, bytes.length))])].toSorted(
    (a, b) => a - b,
  )
  return starts.map((start, i) => bytes.slice(start, starts[i + 1]))
}

export const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
