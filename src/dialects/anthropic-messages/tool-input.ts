import { isFields, parseJson } from '../fields.ts'

/** A call's arguments as an object. What the model wrote amiss, or in plain text, is kept as text. */
export function inputOf(call: { readonly kind: 'function' | 'custom'; readonly arguments: string }): object {
  if (call.kind === 'custom') return { input: call.arguments }
  if (call.arguments.trim() === '') return {}
  const input = parseJson(call.arguments)
  return isFields(input) ? input : { arguments: call.arguments }
}

/** Ids may only have these characters. */
export function toolId(id: string): string {
  return id.replace(/[^\w-]/g, '_')
}

/** A tool that stands for an answer in JSON, for models that keep to no schema by themselves. */
export const answerTool = 'weir_json_answer'
