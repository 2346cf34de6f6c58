import { dataOf, EventSplitter, nameOf } from '../dialects/server-sent-events.ts'
import { fieldsOf, isFields, parseJson, type Fields } from '../dialects/fields.ts'
import type { Answer, Sink } from '../pipeline/answer.ts'

const lastEvents: ReadonlySet<string | undefined> = new Set(['response.completed', 'response.incomplete'])

type Keep = (response: Fields) => Promise<void>

/** The same answer, whose end goes down only when the response in it is kept: the caller may go on from it at once. */
export async function keepBeforeEnd(answer: Answer, keep: Keep): Promise<Answer> {
  const { body } = answer
  if (typeof body === 'function') return { ...answer, body: (sink) => body(watching(sink, keep)) }
  const response = parseJson(body)
  if (isFields(response)) await keep(response)
  return answer
}

function watching(sink: Sink, keep: Keep): Sink {
  const splitter = new EventSplitter()
  return {
    write(bytes) {
      const last = splitter.push(bytes).find((event) => lastEvents.has(nameOf(event)))
      const data = last && parseJson(dataOf(last) ?? '')
      if (!isFields(data)) return sink.write(bytes)
      // The host may use its buffer again meanwhile.
      const copy = bytes.slice()
      return keep(fieldsOf(data, 'response')).then(() => sink.write(copy))
    },
    cut: () => sink.cut(),
  }
}
