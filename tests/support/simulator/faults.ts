import type { Answer } from './answer.ts'
import type { Call } from './call.ts'
import type { Flavour } from './flavours/flavour.ts'
import { lengthOf, part, placeOf, type Part } from './part.ts'
import type { Script } from './script.ts'
import { eventText } from './stream.ts'

type Fault = (good: Answer, call: Call, flavour: Flavour) => Answer

const html =
  '<!DOCTYPE html><html><head><title>Bad gateway</title></head><body><h1>Please wait… 请稍候</h1></body></html>'

/** Bytes that are neither UTF-8 nor JSON nor an event. */
const rubbish = Buffer.from([
  0xff, 0xfe, 0x00, 0x7b, 0x22, 0xc3, 0x28, 0xf0, 0x9f, 0x0a, 0x0a, 0x3a, 0x5d, 0x7d,
])

/** Bytes that are promised by a wrong content-length and never come. */
const missingBytes = 100

/** The parts that go before the failure. As a rule nearly half of a stream, so never its finish or usage, or half of a body. */
function before(good: Answer, call: Call): readonly Part[] {
  const { length } = good.parts
  const usual = call.stream ? Math.max(1, (length >> 1) - 1) : length - 1
  return good.parts.slice(0, placeOf(call.script.fail_after ?? usual, good.parts))
}

/** Parts that end properly, although something is wrong with them. */
function ended(good: Answer, parts: readonly Part[]): Answer {
  const measured = 'content-length' in good.headers
  return {
    ...good,
    parts,
    headers: { ...good.headers, ...(measured && { 'content-length': lengthOf(parts) }) },
  }
}

/** The first half of the next part, in which JSON is cut off. */
function cut(good: Answer, call: Call): Answer {
  const whole = before(good, call)
  const next = good.parts[whole.length]?.bytes ?? Buffer.alloc(0)
  return ended(good, [...whole, { bytes: next.subarray(0, next.length >> 1) }])
}

const faults: Readonly<Record<NonNullable<Script['fail']>, Fault>> = {
  before_head: (good) => ({ ...good, parts: [], head: 'withheld', end: 'reset' }),
  stall_before_head: (good) => ({ ...good, parts: [], head: 'withheld', end: 'stall' }),
  reset_mid_stream: (good, call) => ({ ...good, parts: before(good, call), end: 'reset' }),
  stall_mid_stream: (good, call) => ({ ...good, parts: before(good, call), end: 'stall' }),
  error_event_mid_stream: (good, call, flavour) => {
    if (!call.stream) return cut(good, call)
    const error = call.script.error_body ?? flavour.error({ status: 500 }, call.index)
    return ended(good, [...before(good, call), part(eventText(error, flavour.errorEvent))])
  },
  end_without_finish: (good, call) => ended(good, before(good, call)),
  rubbish: (good, call) => ended(good, [...(call.stream ? before(good, call) : []), { bytes: rubbish }]),
  html_200: (good) => {
    const parts = [part(html)]
    return {
      ...good,
      headers: { 'content-type': 'text/html; charset=utf-8', 'content-length': lengthOf(parts) },
      parts,
    }
  },
  truncated_json: cut,
  wrong_content_length: (good) => ({
    ...good,
    headers: { ...good.headers, 'content-length': String(Number(lengthOf(good.parts)) + missingBytes) },
    parts: good.parts.map(({ bytes }) => ({ bytes })),
    end: 'early',
  }),
}

/** Spoils a good answer in the way that the script asks. */
export function spoil(good: Answer, call: Call, flavour: Flavour): Answer {
  const { fail } = call.script
  return fail ? faults[fail](good, call, flavour) : good
}
