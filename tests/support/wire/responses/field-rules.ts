import type { Memory } from '../memory.ts'
import { fixesSampling, isReasoning, wrongEffort } from '../openai/models.ts'
import { mustBeStrict, mustTakeArguments } from '../openai/strict-schema.ts'
import { Refusal } from '../refusal.ts'
import { itemsOf } from './item-rules.ts'
import type { ResponseRequest } from './request.ts'

/** Where fields of chat went. */
const moved: Record<string, string> = {
  messages: 'input',
  response_format: 'text.format',
  reasoning_effort: 'reasoning.effort',
  verbosity: 'text.verbosity',
  max_tokens: 'max_output_tokens',
  max_completion_tokens: 'max_output_tokens',
}

/** Refuses fields of chat, and says where they went. */
export function refuseMoved(body: object): void {
  const name = Object.keys(body).find((field) => field in moved)
  if (name === undefined) return
  throw new Refusal(
    400,
    `Unsupported parameter: '${name}'. In the Responses API, this parameter has moved to '${moved[name]}'. Try again with the new parameter.`,
    { param: name, code: 'unsupported_parameter' },
  )
}

function unsupported(param: string): never {
  const message = `Unsupported parameter: '${param}' is not supported with this model.`
  throw new Refusal(400, message, { param, code: 'unsupported_parameter' })
}

function checkModel(request: ResponseRequest): void {
  const { model, reasoning } = request
  const effort = reasoning?.effort
  if (!isReasoning(model)) {
    if (effort) unsupported('reasoning.effort')
    return
  }
  const wrong = effort && wrongEffort(model, effort)
  if (wrong) throw new Refusal(400, wrong, { param: 'reasoning.effort', code: 'unsupported_value' })
  if (!fixesSampling(model, effort)) return
  if ((request.temperature ?? 1) !== 1) unsupported('temperature')
  if ((request.top_p ?? 1) !== 1) unsupported('top_p')
}

function checkSource(request: ResponseRequest, memory: Memory): void {
  const { input, prompt, conversation, previous_response_id: previous } = request
  if (input === undefined && !prompt && !conversation && !previous) {
    const message =
      'One of "input" or "previous_response_id" or \'prompt\' or \'conversation\' must be provided.'
    throw new Refusal(400, message, { param: 'input', code: 'missing_required_parameter' })
  }
  if (previous && !memory.answers.has(previous)) {
    throw new Refusal(400, `Previous response with id '${previous}' not found.`, {
      param: 'previous_response_id',
      code: 'previous_response_not_found',
    })
  }
}

function checkTools({ tools = [], tool_choice: choice }: ResponseRequest): void {
  for (const [at, tool] of tools.entries()) {
    if (tool.type === 'function') mustTakeArguments(tool, `tools[${at}].parameters`)
  }
  if (choice === 'required' && tools.length === 0) {
    throw new Refusal(400, "Tool choice 'required' must be specified with 'tools' parameter.", {
      param: 'tool_choice',
    })
  }
  if (typeof choice !== 'object') return
  const names = tools.map((tool) => ('name' in tool ? tool.name : ''))
  const wanted = choice.type === 'allowed_tools' ? choice.tools : 'name' in choice ? [choice] : []
  const stranger = wanted.find(({ name }) => !names.includes(name))
  if (!stranger) return
  throw new Refusal(400, `Tool choice '${stranger.type}' not found in 'tools' parameter.`, {
    param: 'tool_choice',
  })
}

function checkFormat(request: ResponseRequest): void {
  const format = request.text?.format
  if (format?.type === 'json_schema' && format.strict) {
    mustBeStrict(format.schema, `response_format '${format.name}'`, 'text.format.schema')
  }
  const said = JSON.stringify([itemsOf(request), request.instructions])
  if (format?.type === 'json_object' && !/json/i.test(said)) {
    const message =
      "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'."
    throw new Refusal(400, message, { param: 'input' })
  }
}

/** What fields must be, beside one another and for the model. */
export function checkFields(request: ResponseRequest, memory: Memory): void {
  checkSource(request, memory)
  checkModel(request)
  checkTools(request)
  checkFormat(request)
  if (request.stream_options && !request.stream) {
    const message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
    throw new Refusal(400, message, { param: 'stream_options' })
  }
}
