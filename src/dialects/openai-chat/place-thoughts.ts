import type { Citation } from '../../core/chat/citation.ts'
import type { Part, ReasoningPart, TextPart } from '../../core/chat/call.ts'
import type { Place, Thought } from './reasoning-details.ts'

/** What a message says, in front of a place and behind it. */
type Halves = readonly [before: readonly Part[], behind: readonly Part[]]

/** Puts thoughts back to where they stood among what was said: their maker takes them only there. */
export function placeThoughts(thoughts: readonly Thought[], said: readonly Part[]): Part[] {
  const placed: Part[] = []
  const passed = { text: 0, calls: 0 }
  let rest = said
  for (const { after = passed, ...thought } of thoughts) {
    const [before, behind] = splitAt(rest, {
      text: after.text - passed.text,
      calls: after.calls - passed.calls,
    })
    passed.text = Math.max(passed.text, after.text)
    passed.calls = Math.max(passed.calls, after.calls)
    const part: ReasoningPart = { type: 'reasoning', ...thought }
    placed.push(...before, part)
    rest = behind
  }
  return [...placed, ...rest]
}

/** Cuts the text and the line of calls each at its own place; what is neither, such as an image, is behind both. */
function splitAt(parts: readonly Part[], { text, calls }: Place): Halves {
  const before: Part[] = []
  const behind: Part[] = []
  let [units, count] = [text, calls]
  for (const part of parts) {
    if (part.type === 'text') {
      const [head, tail] = splitText(part, units)
      units -= part.text.length
      before.push(...head)
      behind.push(...tail)
    } else if (part.type === 'tool_call') (count-- > 0 ? before : behind).push(part)
    else behind.push(part)
  }
  return [before, behind]
}

function splitText(part: TextPart, at: number): readonly [TextPart[], TextPart[]] {
  if (at <= 0) return [[], [part]]
  if (at >= part.text.length) return [[part], []]
  const { citations = [], text, ...rest } = part
  const isBefore = (citation: Citation) => startOf(citation) < at
  return [
    [{ ...rest, text: text.slice(0, at), ...cited(citations.filter(isBefore)) }],
    [
      {
        ...rest,
        text: text.slice(at),
        ...cited(citations.filter((citation) => !isBefore(citation)).map((citation) => moved(citation, at))),
      },
    ],
  ]
}

function startOf(citation: Citation): number {
  return citation.type === 'url' ? (citation.start ?? 0) : 0
}

function cited(citations: readonly Citation[]) {
  return citations.length > 0 ? { citations } : {}
}

/** A citation that begins behind the place, as it is counted from there. */
function moved(citation: Citation, at: number): Citation {
  if (citation.type !== 'url') return citation
  const { start, end } = citation
  return {
    ...citation,
    ...(start !== undefined && { start: start - at }),
    ...(end !== undefined && { end: end - at }),
  }
}
