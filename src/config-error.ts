/** One variable of the environment that cannot be used. */
export interface ConfigProblem {
  readonly name: string;
  /** What is wrong and what would be right. Never holds the value of a URL, which may carry a password. */
  readonly text: string;
}

/** The environment cannot be used. Its message has a line for every variable at fault, so that one look mends them all. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(['The environment cannot be used:', ...problems.map(({ name, text }) => `  ${name} ${text}`)].join('\n'));
    this.problems = problems;
  }
}
