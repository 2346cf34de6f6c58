import type { UpstreamDialect } from '../../core/dialect.ts'
import { decodeAnswer, readError } from './decode-answer.ts'
import { ConverseDecoder } from './decode-stream.ts'
import { encodeCall } from './encode-call.ts'

/** Amazon Bedrock's Converse, which speaks with all of its chat models. Callers do not speak it. */
export const bedrockConverse: UpstreamDialect = {
  id: 'bedrock-converse',
  // Ids hold colons, ARNs slashes.
  path: ({ model, stream }) =>
    `/model/${encodeURIComponent(model)}/${stream ? 'converse-stream' : 'converse'}`,
  streamType: 'application/vnd.amazon.eventstream',
  requestHeaders: [],
  ownHeaders: {},
  encodeCall,
  decodeAnswer,
  decodeStream: () => new ConverseDecoder(),
  readError,
}
