import type { ResponseIncludable } from 'openai/resources/responses/responses'

/** What to ask for in `include`, so that thought survives although no provider keeps it. */
export const sealedReasoning: ResponseIncludable = 'reasoning.encrypted_content'

/** What to ask for in `include`, to be told how likely each token was. */
export const tokenLogprobs: ResponseIncludable = 'message.output_text.logprobs'
