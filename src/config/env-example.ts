import { ENV_VARIABLES, type EnvVariable } from './variables.ts';

const HEAD = `# Copy to .env and fill in. Values with a # or a blank in them go into quotes.
# A line that begins with # and a name shows the default.`;

const REQUIRED = {
  supabase: 'Required. ',
  encryption: 'Required for run. ',
  database: 'Required for migrate. ',
};

/** The text of .env.example. */
export function renderEnvExample(): string {
  const lines = ENV_VARIABLES.flatMap((variable, i) =>
    variable.section === ENV_VARIABLES[i - 1]?.section
      ? renderVariable(variable)
      : ['', `## ${variable.section}`, ...renderVariable(variable)],
  );
  return `${[HEAD, ...lines].join('\n')}\n`;
}

function renderVariable({ name, about, default: value, requiredFor }: EnvVariable): string[] {
  const comment = `# ${requiredFor === undefined ? '' : REQUIRED[requiredFor]}${about}`;
  return [comment, value === undefined ? `${name}=` : `#${name}=${value}`];
}
