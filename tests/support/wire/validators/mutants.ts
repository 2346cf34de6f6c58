import { isObject, type Json } from '../../simulator/json.ts'

/** Places whose fields are anybody's. */
const free = [
  'input',
  'args',
  'arguments',
  'metadata',
  'tools',
  'tool_choice',
  'reasoning',
  'format',
  'caller',
]

/** All copies of a value in which one object has a field that nobody knows. */
export function* withStranger(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries())
      for (const mutant of withStranger(item)) yield value.with(at, mutant)
    return
  }
  if (!isObject(value)) return
  yield { ...value, zzz: 1 }
  for (const [name, field] of Object.entries(value)) {
    if (free.includes(name)) continue
    for (const mutant of withStranger(field)) yield { ...value, [name]: mutant }
  }
}

/** All copies of a value in which one of these fields is missing somewhere. */
export function* without(
  value: unknown,
  names: readonly string[],
): Generator<readonly [name: string, mutant: unknown]> {
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) {
      for (const [name, mutant] of without(item, names)) yield [name, value.with(at, mutant)]
    }
    return
  }
  if (!isObject(value)) return
  for (const [name, field] of Object.entries(value)) {
    const { [name]: _, ...rest } = value
    if (names.includes(name)) yield [name, rest]
    if (free.includes(name)) continue
    for (const [inner, mutant] of without(field, names))
      yield [`${name}.${inner}`, { ...value, [name]: mutant }]
  }
}

/** A stream's events, each with its name. */
export function eventsOf(stream: Uint8Array): string[] {
  return Buffer.from(stream).toString().split('\n\n').slice(0, -1)
}

export function bytesOf(events: readonly string[]): Uint8Array {
  return Buffer.from(events.map((event) => `${event}\n\n`).join(''))
}

/** The same event with other data. */
export function changed(event: string, change: (data: Json) => unknown): string {
  return event.replace(
    /data: (.*)/,
    (_, data: string) => `data: ${JSON.stringify(change(JSON.parse(data) as Json))}`,
  )
}

export function dataOf(event: string): Json | undefined {
  const data = /data: (\{.*\})/.exec(event)?.[1]
  return data === undefined ? undefined : (JSON.parse(data) as Json)
}

/** Without the event at a place. */
export function drop(events: readonly string[], at: number): string[] {
  return events.filter((_, place) => place !== at)
}

/** With two neighbours in each other's place. */
export function swap(events: readonly string[], at: number): string[] {
  const [first = '', second = ''] = events.slice(at, at + 2)
  return events.with(at, second).with(at + 1, first)
}

/** With numbers as they should be, so that only the order is wrong. */
export function renumber(events: readonly string[]): string[] {
  return events.map((event, sequence_number) => changed(event, (data) => ({ ...data, sequence_number })))
}
