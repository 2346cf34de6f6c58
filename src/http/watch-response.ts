import { dataOf, EventSplitter, nameOf } from '../dialects/server-sent-events.ts'
import { fieldsOf, isFields, parseJson, type Fields } from '../dialects/fields.ts'
import type { Answer, Sink } from '../pipeline/answer.ts'

const lastEvents: ReadonlySet<string | undefined> = new Set(['response.completed', 'response.incomplete'])

/** The same answer; `told` is called once with the response object in it, when it is whole. */
export function watchResponse(answer: Answer, told: (response: Fields) => void): Answer {
  const { body } = answer
  if (typeof body !== 'function') {
    const response = parseJson(body)
    if (isFields(response)) told(response)
    return answer
  }
  return { ...answer, body: (sink) => body(watching(sink, told)) }
}

function watching(sink: Sink, told: (response: Fields) => void): Sink {
  const splitter = new EventSplitter()
  return {
    write(bytes) {
      for (const event of splitter.push(bytes)) {
        if (!lastEvents.has(nameOf(event))) continue
        const data = parseJson(dataOf(event) ?? '')
        if (isFields(data)) told(fieldsOf(data, 'response'))
      }
      return sink.write(bytes)
    },
    cut: () => sink.cut(),
  }
}
