import type { ChatCall, MediaPart, Part } from '../core/chat/call.ts'
import { WeirError } from '../core/errors.ts'

/** Asks for JSON in words, too, where nobody did: without the word OpenAI refuses to answer in any. */
export function askForJson(call: ChatCall): ChatCall {
  const { format, system, turns } = call
  const said = [...system, ...turns.flatMap(({ parts }) => parts)]
  if (format?.type !== 'json' || namesJson(said)) return call
  return { ...call, system: [...system, { type: 'text', text: 'Answer with a JSON object.' }] }
}

export function namesJson(parts: readonly Part[]): boolean {
  return parts.some((part) => part.type === 'text' && /json/i.test(part.text))
}

/** A document whose text is all of it, with its name as a heading. */
export function documentText(text: string, { name }: MediaPart): string {
  return name === undefined ? text : `# ${name}\n\n${text}`
}

/** Refuses names of tools that OpenAI would refuse, be it that they may be called or that they were. */
export function checkToolNames({ tools, turns }: ChatCall): void {
  const called = turns.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.type === 'tool_call' ? part : [])),
  )
  const odd = [...tools, ...called].find(({ name }) => !/^[a-zA-Z0-9_-]{1,64}$/.test(name))
  if (odd)
    throw new WeirError(
      'cannot_translate',
      `The provider of this model takes no tool named ${JSON.stringify(odd.name.slice(0, 128))}: give it a name of at most 64 letters, digits, _ and -.`,
      { param: 'tools' },
    )
}
