// The one error that this package throws: a code for programs, a sentence for people, and what to do.

/** A code: one of these, or a pallet's name and its error's, such as `Tasks.NotQueued`. */
export type Code =
  | 'Aborted'
  | 'BadArguments'
  | 'BadInput'
  | 'NoMiner'
  | 'NoModel'
  | 'NoNode'
  | 'NoTask'
  | 'NotSigned'
  | 'NumberTaken'
  | 'Refused'
  | 'Rpc'
  | 'Runtime'
  | 'Timeout'
  | 'TooLarge'
  | 'Unpostable'
  | (string & {});

export class MillraceError extends Error {
  readonly code: Code;
  /** What is wrong. */
  readonly sentence: string;
  /** What to do about it. */
  readonly remedy: string;

  constructor(code: Code, sentence: string, remedy: string, cause?: unknown) {
    super(`${sentence}${/[.!?]$/.test(sentence) ? '' : '.'} ${remedy}`.trim(), { cause });
    this.name = 'MillraceError';
    this.code = code;
    this.sentence = sentence;
    this.remedy = remedy;
  }
}

/** Codes of a node's methods, as docs/openrpc.json has them, with what to do. */
const METHODS: Record<number, [Code, string]> = {
  [-32601]: ['Rpc', 'Ask a Millrace node: others have no methods millrace_*.'],
  [-32602]: ['BadArguments', 'Correct the arguments.'],
  7000: ['Runtime', 'Ask another node, or bring this one to the release that the chain runs.'],
  7001: ['NoTask', 'Look the number up among those of your account: tasks(account), or millrace tasks ACCOUNT.'],
  7002: ['NoModel', 'Register the model first, or take one that models() lists.'],
  7003: ['NoMiner', 'Give the address of an account that has registered as a miner.'],
  7004: ['Unpostable', 'Change the batch or its deadline accordingly.'],
};

export interface RpcFailure {
  code: number;
  message: string;
}

/** Whether a node answered, and with an error; anything else is a matter of the connection. */
export const isRpcFailure = (error: unknown): error is RpcFailure =>
  error instanceof Error && typeof (error as { code?: unknown }).code === 'number';

const OTHERWISE = 'Look at the node and its log.';

/** A node's error in our words: the first line of its own, because what follows is a trace of the call that failed. */
export function fromRpc(failure: RpcFailure): MillraceError {
  const [code, remedy] = METHODS[failure.code] ?? ['Rpc', OTHERWISE];
  const [sentence = ''] = failure.message.trim().split('\n');
  return new MillraceError(code, sentence || `The node answers with error ${failure.code}`, remedy, failure);
}

/** Any thrown value as an Error of ours. */
export function asMillraceError(error: unknown): MillraceError {
  if (error instanceof MillraceError) return error;
  if (isRpcFailure(error)) return fromRpc(error);
  const sentence = error instanceof Error ? error.message : String(error);
  return new MillraceError('Rpc', sentence, OTHERWISE, error);
}
