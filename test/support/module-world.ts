import type { Arm, HttpRequest } from '../../src/core/http.ts';
import type { Account, Checkpoint, Job, Platform, PlatformContext } from '../../src/core/platform.ts';
import { Secret } from '../../src/core/secret.ts';
import { createHttp } from '../../src/http/client.ts';
import { type Platforms, startPlatforms } from '../../src/sandbox/platforms/server.ts';
import type { Fault, MakeSimulator, SimAccount } from '../../src/sandbox/platforms/simulator.ts';

export const LIVE_ARM: Arm = { id: '00000000-0000-4000-8000-00000000000a', check: () => undefined };

/** A request as the module made it, and the status it got (undefined: no answer). */
interface Asked {
  readonly armed: boolean;
  readonly status: number | undefined;
}

/** One module against its simulator, under one clock, for the tests of that platform alone. */
export interface ModuleWorld<Entry> {
  readonly platforms: Platforms;
  readonly context: PlatformContext;
  readonly account: Account;
  /** Everything that was asked, oldest first. */
  readonly asked: (Entry & Asked)[];
  /** What was saved through jobs, oldest first. */
  readonly saved: Checkpoint[];
  now(): Date;
  /** Moves the clock that simulator and module share. */
  pass(ms: number): void;
  passTo(at: Date): void;
  job(over?: Partial<Job>): Job;
  /** prepare, looking again when it says so, until it is ready. */
  prepared(over?: Partial<Job>): Promise<Checkpoint>;
  /**
   * Sends, with one fault on the visible request, and gets no answer.
   * @returns the job as find, prepare and publish see it afterwards
   */
  lost(
    fault: Pick<Fault, 'kind' | 'match'>,
    over: Partial<Job>,
    send: (job: Job) => Promise<unknown>,
  ): Promise<Partial<Job>>;
  stop(): Promise<void>;
}

interface Parts<Entry> {
  readonly module: Platform;
  readonly make: MakeSimulator;
  /** As the platform knows it. */
  readonly account: SimAccount;
  /** As we know it, where that is something else. */
  readonly ours?: SimAccount;
  readonly start: string;
  readonly processingMs: number;
  readonly app: PlatformContext['app'];
  /** Post and media of a job that says nothing else. */
  readonly job: () => Pick<Job, 'post' | 'media'>;
  /** What tests look at in a request. */
  readonly describe: (request: HttpRequest, address: URL) => Entry | Promise<Entry>;
  /** What of the context is another one. */
  readonly change?: Partial<PlatformContext>;
  /** Longer where bodies are large. */
  readonly timeoutMs?: number;
}

export async function moduleWorld<Entry extends object>(parts: Parts<Entry>): Promise<ModuleWorld<Entry>> {
  const { module, account: simAccount, timeoutMs = 5_000 } = parts;
  const { platform, origins, uploadHosts } = module.capabilities;
  let clock = Date.parse(parts.start);
  const now = (): Date => new Date(clock);
  const platforms = await startPlatforms({
    makers: { [platform]: parts.make },
    accounts: { [platform]: [simAccount] },
    processingMs: parts.processingMs,
    now,
  });
  const client = createHttp({
    origins,
    uploadHosts,
    apiUrl: platforms.base(platform),
    timeoutMs,
    connectTimeoutMs: timeoutMs,
    userAgent: 'content-publisher test',
  });
  const asked: (Entry & { readonly armed: boolean; status: number | undefined })[] = [];
  const saved: Checkpoint[] = [];
  const nothing = (): void => undefined;
  const context: PlatformContext = {
    http: {
      async request(request) {
        const address = new URL(typeof request.url === 'string' ? request.url : request.url.reveal());
        const described = await parts.describe(request, address);
        const entry = {
          ...described,
          armed: request.arm !== undefined,
          status: undefined as number | undefined,
        };
        asked.push(entry);
        const response = await client.request(request);
        entry.status = response.status;
        return response;
      },
    },
    settings: { version: undefined },
    app: parts.app,
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing, flush: async () => nothing() },
    now,
    sleep: async (ms) => {
      clock += ms;
    },
    ...parts.change,
  };
  const ours = parts.ours ?? simAccount;
  const account: Account = {
    platform,
    id: ours.id,
    name: ours.name,
    connectionId: 'd0000000-0000-4000-8000-000000000001',
    token: new Secret(ours.token),
    refreshToken: ours.refreshToken === undefined ? null : new Secret(ours.refreshToken),
    tokenExpiresAt: null,
  };
  const job = (over: Partial<Job> = {}): Job => ({
    ...context,
    account,
    ...parts.job(),
    checkpoint: null,
    armedAt: null,
    lastPossibleAt: null,
    sentBefore: false,
    effect: 'post',
    out: {},
    isKnownId: async () => false,
    save: async (checkpoint) => {
      saved.push(checkpoint);
    },
    ...over,
  });
  const passTo = (at: Date): void => {
    clock = Math.max(clock, at.getTime());
  };

  async function prepared(over: Partial<Job> = {}): Promise<Checkpoint> {
    let checkpoint = over.checkpoint ?? null;
    for (;;) {
      const result = await module.prepare(job({ ...over, checkpoint }));
      checkpoint = result.checkpoint;
      if (result.ready) return checkpoint;
      passTo(result.lookAt);
    }
  }

  return {
    platforms,
    context,
    account,
    asked,
    saved,
    now,
    pass: (ms) => {
      clock += ms;
    },
    passTo,
    job,
    prepared,
    async lost(fault, over, send) {
      const checkpoint = over.checkpoint ?? (await prepared(over));
      platforms.setFaults([{ platform, times: 1, ...fault }]);
      const armedAt = now();
      const error: unknown = await send(job({ ...over, checkpoint })).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      if (!(error instanceof Error)) throw new Error('The send was answered.');
      clock += 1_000;
      return { ...over, checkpoint, armedAt, lastPossibleAt: now(), sentBefore: true };
    },
    stop: async () => {
      await client.close();
      await platforms.stop();
    },
  };
}
