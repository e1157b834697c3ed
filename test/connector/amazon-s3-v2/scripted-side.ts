import { amazonS3V2Connector } from '../../../connector/amazon-s3-v2/connector.js';
import type { PropertyValues, Source, Target } from '../../../runtime/connector-api.js';
import { testClock } from '../test-clock.js';
import { configured, sideOf, testRun } from '../test-run.js';
import { type Answer, type ScriptedService, type SeenRequest, scriptedService } from './scripted-service.js';

type Script = (request: SeenRequest, count: number) => Answer;

const user: PropertyValues = {
  accessKey: 'AKIAUSER',
  secretKey: 'user-secret-key',
  folderPath: 'bucket',
  regionName: 'eu-west-1',
};

export const role: PropertyValues = { iamRoleArn: 'arn:aws:iam::111122223333:role/reader' };

export interface ScriptedOptions {
  readonly object?: string;
  readonly connection?: PropertyValues;
  readonly advanced?: PropertyValues;
}

/** Opens a side whose S3 and STS both are the script; backing off takes no time, deadlines pass with the test's clock. */
async function scripted(script: Script, options: ScriptedOptions) {
  const service = await scriptedService(script);
  const connector = amazonS3V2Connector({
    AWS_ENDPOINT_URL_S3: service.endpoint,
    AWS_ENDPOINT_URL_STS: service.endpoint,
  });
  const side = sideOf(options.object ?? 'key', { ...user, ...options.connection }, options.advanced ?? {});
  const clock = testClock({ patience: 10_000 });
  return { service, connector, side, clock, run: testRun({ clock, run: 'run-1' }) };
}

export type ScriptedContext = Omit<Awaited<ReturnType<typeof scripted>>, 'connector' | 'side'>;

export async function withScriptedSource(
  script: Script,
  options: ScriptedOptions,
  work: (source: Source, context: ScriptedContext) => Promise<void>,
): Promise<void> {
  const { connector, side, ...context } = await scripted(script, options);
  try {
    const source = await configured(connector.configureSource(side)).open(context.run);
    await work(source, context).finally(() => source.close());
  } finally {
    await context.service.close();
  }
}

export async function withScriptedTarget(
  script: Script,
  options: ScriptedOptions,
  work: (target: Target, context: ScriptedContext) => Promise<void>,
): Promise<void> {
  const { connector, side, ...context } = await scripted(script, options);
  try {
    const target = await configured(connector.configureTarget(side)).open(context.run);
    await work(target, context).finally(() => target.close());
  } finally {
    await context.service.close();
  }
}

/** The path with its query, without what the SDK adds for itself. */
export const pathOf = ({ method, path }: SeenRequest) => `${method} ${path.replace(/[?&]x-id=\w+/, '')}`;

export const requestsOf = ({ seen }: ScriptedService) => seen.map(pathOf);
