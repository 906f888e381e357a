import type { Lifetime, Permission, StoredAccess } from './access.ts';
import type { Problem } from './errors.ts';
import type { Arm, Http, HttpSource } from './http.ts';
import type { JsonObject } from './json-value.ts';
import type { Logger } from './logger.ts';
import type { MediaInfo, MediaRole } from './media.ts';
import type { PlatformName } from './platform-name.ts';
import type { Post, PostKind, PostMedia, TextLimit } from './post.ts';
import type { OptionShapes } from './post-options.ts';
import type { Secret } from './secret.ts';

/** How an armed effect whose answer was lost can be looked up again. Data for the README and for the tick. */
export type FindBy =
  /** The platform's own word about our container, session or video id. */
  | 'own-key'
  /** Complete listings of the account; absence needs quarantine and two looks. */
  | 'listing'
  /** A byte-identical repeat within a window names the first one. */
  | 'repeat'
  /** Nobody but a person can tell. */
  | 'person';

export interface Capabilities {
  readonly platform: PlatformName;
  /** As people write it: 'LinkedIn'. */
  readonly label: string;
  /** Real origins this platform is spoken to at; tokens go nowhere else. */
  readonly origins: readonly string[];
  /** Host suffixes of upload URLs that the platform hands out, e.g. '.linkedin.com'. */
  readonly uploadHosts: readonly string[];
  /** Each account lives on a server that its connection names (`Platform.server`); its token goes to that one alone. */
  readonly ownServers?: true;
  readonly kinds: Readonly<Partial<Record<PostKind, KindCapabilities>>>;
  readonly text: {
    readonly max: number;
    readonly unit: 'characters' | 'bytes';
    /** `max` is only the usual one: the account's server says its own, which `prepare` reads and obeys. */
    readonly perServer?: true;
  };
  /** Highest documented number of visible writes per account and hour, else 60. */
  readonly writesPerHour: number;
  /** Tokens that live for hours are refreshed this long before they end, milliseconds; null: not refreshed here. */
  readonly refreshBeforeMs: number | null;
  /** What ends an access before its time, a sentence that is shown with the accounts. */
  readonly accessTrap?: string;
}

export interface KindCapabilities {
  readonly findBy: FindBy;
  readonly media: readonly MediaRule[];
  /** Where it is not `text.max`. */
  readonly maxText?: number;
}

/** Limits of one role of media. What is absent is not limited by the platform's documentation. */
export interface MediaRule {
  /** Without a rule for 'cover' a platform does not take covers. */
  readonly role: MediaRole;
  /** Key of publish_options: only where the post sets it to true are such files taken, and looked at. */
  readonly onlyWith?: string;
  readonly min: number;
  readonly max: number;
  readonly mimes: readonly string[];
  readonly maxBytes?: number;
  readonly minBytes?: number;
  readonly minWidth?: number;
  readonly maxWidth?: number;
  readonly minHeight?: number;
  /** width / height */
  readonly minRatio?: number;
  readonly maxRatio?: number;
  readonly minDurationMs?: number;
  readonly maxDurationMs?: number;
  readonly minFrameRate?: number;
  readonly maxFrameRate?: number;
  readonly maxPixels?: number;
  /** Images of these types are converted to JPEG before they are handed over. */
  readonly convertToJpeg?: readonly string[];
}

/** A remote account and how to reach it now. */
export interface Account {
  readonly platform: PlatformName;
  /** The platform's own id of it, e.g. page id, Instagram user id, author URN, channel id. */
  readonly id: string;
  readonly name: string;
  /** Row of platform_connections that holds the token now. */
  readonly connectionId: string;
  readonly token: Secret;
  readonly refreshToken: Secret | null;
  readonly tokenExpiresAt: Date | null;
  /** Origin of the server it lives on, where a platform has many. */
  readonly server?: string;
}

/** Media as prepared for publishing: on local disk, looked at, readable any number of times. */
export interface MediaFile extends PostMedia {
  readonly info: MediaInfo;
  readonly sha256: string;
  /** Whole file, or bytes start (inclusive) to end (exclusive). */
  source(start?: number, end?: number): HttpSource;
  /**
   * A URL that the platform can fetch: the original one, a signed one of a private file, or that of a converted copy in
   * our bucket. A secret: never stored, never logged; `url` says which file it is.
   */
  publicUrl(): Promise<string>;
}

export interface PlatformSettings {
  readonly version: string | undefined;
}

/** Our registered app at a platform. */
export interface AppCredentials {
  readonly clientId: string | undefined;
  readonly clientSecret: Secret | undefined;
  /** How what is missing is put in, as a sentence. */
  readonly mend: string;
}

/** Credentials of ours that are there. */
export interface RegisteredApp {
  readonly clientId: string;
  readonly clientSecret: Secret;
}

/** Everything a platform gets to work with; no module-level state beside it. */
export interface PlatformContext {
  readonly http: Http;
  readonly settings: PlatformSettings;
  /** The database may be asked for them, so only who needs them does. */
  app(): Promise<AppCredentials>;
  readonly log: Logger;
  now(): Date;
  /** Ends after ms milliseconds or rejects when the tick is told to stop. */
  sleep(ms: number): Promise<void>;
}

/**
 * What a platform remembers about a target between requests. JSON; the store encrypts it whole, because
 * session and upload URLs in it are secrets. Parsed with a schema by the platform that wrote it.
 */
export type Checkpoint = Readonly<Record<string, unknown>>;

export interface Job extends PlatformContext {
  readonly account: Account;
  readonly post: Post;
  /** In the order of post.media, without covers that the platform does not take. */
  readonly media: readonly MediaFile[];
  readonly checkpoint: Checkpoint | null;
  /** The visible act that this is about: MAIN_EFFECT, or one of `followUps`. */
  readonly effect: string;
  /** Platform ids of the effects that are out, by their names. */
  readonly out: Readonly<Record<string, string>>;
  /** First moment the visible request could have left, for `find`; null when it was never armed. */
  readonly armedAt: Date | null;
  /** Last moment it could have left or been in flight, for `find`. */
  readonly lastPossibleAt: Date | null;
  /** True when an earlier send of this effect has an unknown outcome: only then is "duplicate" evidence. */
  readonly sentBefore: boolean;
  /** Ids on this account that belong to other targets, for attribution in listings. */
  isKnownId(platformPostId: string): Promise<boolean>;
  /** Durable before it returns. Call it before the step whose result would be lost by a crash. */
  save(checkpoint: Checkpoint): Promise<void>;
}

export type Prepared =
  | { readonly ready: true; readonly checkpoint: Checkpoint }
  /** The platform still works on it: call prepare again at `lookAt` with this checkpoint. */
  | { readonly ready: false; readonly checkpoint: Checkpoint; readonly lookAt: Date };

/** `id_kind` of a post that is out while the platform has not told its public id, which is looked for during a day. */
export const PROVISIONAL_ID = 'container';

/** The visible act that is the post itself. */
export const MAIN_EFFECT = 'post';

export interface Published {
  readonly state: 'published';
  readonly id: string;
  /** What kind of id: 'post', 'video', 'media', 'share'. PROVISIONAL_ID: ours, the public one is looked for. */
  readonly idKind: string;
  readonly url: string | null;
  /** Something a person should know although it is out. */
  readonly warning?: string;
}

/** The platform has it under an id of ours, but it is not visible yet. Never sent again; `find` is asked at `lookAt`. */
export interface Accepted {
  readonly state: 'accepted';
  readonly checkpoint: Checkpoint;
  readonly lookAt: Date;
}

export type Found =
  | Published
  | Accepted
  /** A definite refusal by the platform after acceptance (processing failed, rejected). */
  | { readonly state: 'refused'; readonly problem: Problem }
  /**
   * own-key: the platform's word. listing: one complete look back to before armedAt with every post attributed
   * (the tick asks twice before it believes it). repeat: the window is open in which sending again names the first one.
   */
  | {
      readonly state: 'absent';
      readonly proof: 'own-key' | 'listing' | 'repeat';
      readonly checkpoint: Checkpoint | null;
    }
  /** Ask again at `lookAt`, or never (null): a person must look. */
  | { readonly state: 'unknown'; readonly reason: string; readonly lookAt: Date | null };

/** A post that a person has named by its address or id, as this account's own. */
export interface Identified {
  readonly id: string;
  /** As in Published. */
  readonly idKind: string;
  readonly url: string | null;
  /** When it was made, where that can be told. */
  readonly at: Date | null;
  /**
   * platform: it shows the post on this account. address: it could not be asked, but the address names this account.
   * person: it never tells whose post it is, so only the person's word counts.
   */
  readonly proof: 'platform' | 'address' | 'person';
}

/** Why a post that a person has named is not taken: two whole sentences. */
export interface Unidentified {
  readonly problem: string;
  readonly hint: string;
}

/** How an account is asked: by a token that is good now. */
export interface Reach {
  readonly context: PlatformContext;
  readonly account: Account;
}

/** Tokens after a refresh; null refreshToken means unchanged (NULL never overwrites). */
export interface Refreshed {
  readonly token: Secret;
  readonly refreshToken: Secret | null;
  readonly expiresAt: Date | null;
}

export interface Verified {
  readonly id: string;
  readonly name: string;
}

export interface Metrics {
  readonly likes?: number;
  readonly comments?: number;
  readonly shares?: number;
  readonly views?: number;
  readonly reach?: number;
}

/** Access that a person has given to one remote account. */
export interface GivenAccount {
  /** As `accountId` names it once the row is stored. */
  readonly accountId: string;
  readonly name: string;
  readonly username: string | null;
  /** Columns of platform_connections that say which account it is. */
  readonly columns: Readonly<
    Partial<
      Record<
        'page_id' | 'instagram_id' | 'linkedin_id' | 'organization_id' | 'account_type',
        string | undefined
      >
    >
  > & { readonly page_id: string; readonly is_organization?: boolean };
  readonly metadata: JsonObject;
  readonly token: Secret;
  readonly refreshToken: Secret | null;
  /** As the app writes it, see `StoredAccess.expiresAt`. */
  readonly expiresAt: Date | null;
  /** false: that is the end of another token than this one. */
  readonly expiryIsItsOwn: boolean;
}

/** How a person gives us accounts of a platform, from a terminal. At least one of `oauth` and `pasted`. */
export interface Connecting {
  /** What rows of the app call the platform, where that is another word. */
  readonly rowPlatform?: string;
  /** The account lives on a server that the person names. */
  readonly server?: { readonly question: string; readonly usual: string | null };
  readonly oauth?: OAuthWay;
  readonly pasted?: PastedWay;
}

interface OAuthWay {
  /**
   * Where the platform may send the browser back to: http://127.0.0.1 on any port, on the port that was registered with
   * our app, or https addresses alone.
   */
  readonly redirect: 'any port' | 'registered port' | 'https';
  begin(context: PlatformContext, ask: OAuthAsk): Promise<OAuthBegun>;
}

interface OAuthAsk {
  readonly redirectUri: string;
  readonly state: string;
  /** Permissions beside those that the platform asks for by itself. */
  readonly moreScopes: readonly string[];
  /** With `Connecting.server`, an origin. */
  readonly server: string | null;
}

interface OAuthBegun {
  /** Where the person agrees. */
  readonly url: string;
  /** The code that the browser came back with → the accounts that it opens. */
  finish(code: Secret): Promise<readonly GivenAccount[]>;
}

interface PastedWay {
  /** Asked for, with where to find it. */
  readonly question: string;
  /** Also asked for, before it. */
  readonly nameQuestion?: string;
  accounts(
    context: PlatformContext,
    pasted: { readonly secret: Secret; readonly name: string | null; readonly server: string | null },
  ): Promise<readonly GivenAccount[]>;
}

/** What the connection row says; a platform names the remote account from it. */
export interface ConnectionRow {
  readonly id: string;
  readonly pageId: string | null;
  readonly pageName: string | null;
  readonly instagramId: string | null;
  readonly linkedinId: string | null;
  readonly organizationId: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface FollowUp {
  /** Stored; never changes its meaning: 'part:2', 'comment'. */
  readonly effect: string;
  /** In a sentence, e.g. "part 2 of 5" or "the first comment". */
  readonly label: string;
  /** What it says, and how long that is as the platform counts it; absent: nothing that could be read. */
  readonly says?: { readonly text: string; readonly length: number };
  /** Of the post's files, which it shows; absent: none. */
  readonly role?: MediaRole;
}

/**
 * One social network. Add one: a folder in src/platforms with these files, a line in src/platforms/index.ts,
 * a simulator in src/sandbox/platforms, its facts in test/support/platform-examples.ts; the contract suite
 * (src/platforms/contract*.test.ts) does the rest.
 *
 * Every method may throw PublishError (a known refusal) or HttpFailure (no answer).
 */
export interface Cost {
  readonly usd: number;
  readonly sentence: string;
}

export interface Platform {
  readonly capabilities: Capabilities;
  /** Every key of metadata.publish_options that it reads; one that is not here is reported (unknown-options.ts). */
  readonly options: OptionShapes;
  /**
   * Remote account id of a connection row, or null when only the platform can tell (`lookUpAccountId`).
   * Never asks the network.
   */
  accountId(connection: ConnectionRow): string | null;
  /** Origin of the server that the account of a connection row lives on, with `capabilities.ownServers`. Pure. */
  server?(connection: ConnectionRow): string | null;
  lookUpAccountId?(
    context: PlatformContext,
    connection: ConnectionRow,
    token: Secret,
  ): Promise<string | null>;
  /** Every reason this post would be refused; media limits of `capabilities` are checked by shared code. Pure. */
  problems(post: Post): Problem[];
  /**
   * What follows the post on the account once it is out, in order: parts of a thread, the first comment. Each is
   * prepared, armed, sent and looked for on its own, with `job.effect` saying which. Absent: nothing. Pure.
   */
  followUps?(post: Post): readonly FollowUp[];
  /** What the account's own server says where the parts of this text depend on it; null: they do not. Only reads. */
  textLimit?(reach: Reach, post: Post): Promise<TextLimit | null>;
  /** What the platform takes for this post. Absent: nothing. Pure. */
  cost?(post: Post): Cost;
  /** Uploads, containers: invisible and resumable from job.checkpoint. */
  prepare(job: Job): Promise<Prepared>;
  /** Exactly one request carries `arm`. Every answer but an id or a known refusal throws PublishError kind 'unknown' or HttpFailure. */
  publish(job: Job, arm: Arm): Promise<Published | Accepted>;
  /** Reads the platform back. Never writes anything visible. */
  find(job: Job): Promise<Found>;
  /**
   * Which post of this account a person means by an address, or by an id as the platform writes it. Only reads.
   * `reach` is null when there is no usable token: then the address alone may decide.
   */
  identify(named: string, accountId: string, reach: Reach | null): Promise<Identified | Unidentified>;
  verify(context: PlatformContext, account: Account): Promise<Verified>;
  /** What the token must permit for this post, or in any case (null). Pure. */
  permissions(accountId: string, post: Post | null): readonly Permission[];
  /** What the token permits, by the platform's word; null: it does not tell, or not without our app. Absent: never. */
  scopes?(context: PlatformContext, account: Account): Promise<readonly string[] | null>;
  /** Until when no person is needed, by what is stored. Pure. */
  lifetime(access: StoredAccess): Lifetime;
  readonly connecting: Connecting;
  /**
   * Whether the platform takes these credentials of our app. Only reads. Absent: it tells only together with a token.
   * @throws PublishError, of kind 'auth' or 'config' when it does not
   */
  verifyApp?(context: PlatformContext, app: RegisteredApp): Promise<void>;
  /** null: this platform's tokens are not refreshed without a person. */
  refresh(context: PlatformContext, account: Account): Promise<Refreshed | null>;
  metrics(context: PlatformContext, account: Account, platformPostId: string): Promise<Metrics>;
}
