/**
 * What a connector offers the runtime, and all of the runtime that a connector may see: bytes and objects, never records.
 */
import type { Clock } from './clock.js';
import type { Warning } from './errors.js';
import type { Gate } from './gates.js';

export type { Clock } from './clock.js';
export { systemClock } from './clock.js';
export type { ErrorCatalogue, ErrorDetails, ErrorFactory, Fix, Place, Warning } from './errors.js';
export { CrossroleError, errorsOf } from './errors.js';
export type { Gate, GateResult, GateStep } from './gates.js';
export { walkGates } from './gates.js';

/** One honoured property of a connection, source or target; schemas, documentation and forms derive from it. */
export interface PropertySpec {
  /** camelCase, as written in files. */
  readonly id: string;
  /** The label of the connector's documentation, for example "IAM Role ARN". */
  readonly label: string;
  readonly type: 'string' | 'boolean' | 'integer' | 'enum' | 'object' | 'list';
  readonly description: string;
  readonly required?: boolean;
  readonly default?: string | number | boolean;
  /** For `enum`. */
  readonly values?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  /** For `integer`: its unit, for example "seconds". */
  readonly unit?: string;
  /** A secret comes from `{env}` or `{file}`; a literal one is a warning. Never printed. */
  readonly secret?: boolean;
  /** Part of what proves who somebody is: not needed where nothing is contacted. */
  readonly credential?: boolean;
  /** When it applies, in words. */
  readonly when?: string;
  /** JSON Schema of an `object` or `list` property, or of a property that takes more than its plain type says. */
  readonly schema?: Readonly<Record<string, unknown>>;
}

/** A documented property that is not honoured yet: naming it is `PROPERTY_NOT_SUPPORTED`, not "unknown". */
export interface UnsupportedProperty {
  readonly id: string;
  readonly label: string;
  /** What to use in its place, or why it is not there. */
  readonly instead: string;
}

export interface PropertySet {
  readonly honoured: readonly PropertySpec[];
  readonly notSupported: readonly UnsupportedProperty[];
}

/** A connector's `manifest.json`. */
export interface ConnectorManifest {
  readonly type: string;
  readonly label: string;
  readonly description: string;
  readonly connection: PropertySet;
  readonly source: PropertySet;
  readonly target: PropertySet;
}

/** A property's value after its schema was checked, its secret resolved and its default put in. */
export type PropertyValue = string | number | boolean | Readonly<Record<string, unknown>> | readonly unknown[];
export type PropertyValues = Readonly<Record<string, PropertyValue | undefined>>;

/** A contradiction or impossible value; `property` says where it stands in the file. */
export interface PropertyProblem {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly property?: { readonly in: 'connection' | 'advanced' | 'transformation'; readonly id: string };
}

/** What one source or target transformation and its connection say. */
export interface SideDescription {
  readonly mapping: string;
  readonly transformation: string;
  readonly connectionName: string;
  /** Absolute folder of the connection file; relative paths in the connection start there. */
  readonly connectionFolder: string;
  /** `optional` where nothing will be contacted: an identity that is not at hand on this machine is then no problem. */
  readonly credentials: 'needed' | 'optional';
  readonly connection: PropertyValues;
  readonly advanced: PropertyValues;
  /** The transformation's `object`: a key or path below the connection's folder, with parameters filled in. */
  readonly object: string;
}

/** Settings are found sound or not before anything is contacted. */
export type Configured<Side> =
  | { readonly ok: true; readonly side: Side; readonly warnings: readonly Warning[] }
  | { readonly ok: false; readonly problems: readonly PropertyProblem[] };

/** A pool that bounds the bytes which all buffers of one target hold together: its share of the run's memory. */
export interface BufferPool {
  /** Resolves with a buffer of exactly `bytes` bytes once the pool has room for it; rejects when `signal` aborts. */
  acquire(bytes: number, signal: AbortSignal): Promise<Uint8Array>;
  release(buffer: Uint8Array): void;
}

/** What a run lends to the sides it opens. */
export interface RunContext {
  /** Identifies the run: `crossrole-run` metadata, session names, the report. `[\w-]{1,36}`. */
  readonly run: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** May be called at any time; equal warnings are shown once. */
  warn(warning: Warning): void;
}

/** What `check` lends to the sides that it probes. */
export interface ProbeContext extends RunContext {
  /** Whether a target may begin an object and give it up again; nothing ever becomes visible. */
  readonly tryWrite: boolean;
  /** Whether a role may be tried without its external id. */
  readonly probeTrust: boolean;
}

/** A target's bytes wait in buffers; no target can starve another, since each has a pool of its own. */
export interface TargetContext extends RunContext {
  readonly buffers: BufferPool;
}

/** One object as listed; reads are pinned to its `etag`. */
export interface ObjectInfo {
  /** Unique and readable, for example `s3://bucket/key` or `file:///folder/name`. */
  readonly uri: string;
  /** Bytes. */
  readonly size: number;
  /** Changes whenever the bytes change. */
  readonly etag: string;
  readonly modified: Date;
}

export interface ByteRange {
  /** First byte, inclusive. */
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** One assumed-role session, as the report shows it; no secret in it. */
export interface SessionReport {
  readonly roleArn: string | null;
  readonly principalArn: string | null;
  readonly sessionName: string | null;
  /** Seconds. */
  readonly requestedDuration: number | null;
  /** ISO 8601, one per credential set that was granted. */
  readonly grantedExpirations: readonly string[];
  readonly refreshes: number;
  readonly stsCalls: number;
}

/** An opened source. */
export interface Source {
  /** The objects that match, in key order (code points), each once; may be empty. */
  list(): AsyncIterable<ObjectInfo>;
  /**
   * The bytes of `range`, in order and complete: the source itself resumes a body that breaks off. A chunk is valid until
   * the next one is asked for. Throws `SOURCE_OBJECT_CHANGED` when the object is no longer the one that was listed.
   */
  open(object: ObjectInfo, range: ByteRange): AsyncIterable<Uint8Array>;
  /** Undefined for a source that needs no session. */
  session(): SessionReport | undefined;
  /** Milliseconds until the session held now ends, 0 where it has; undefined where there is none. */
  sessionEndsIn(): number | undefined;
  /** Frees sockets and files; never throws. */
  close(): Promise<void>;
}

/** What a policy is attached to. */
export interface PolicyHolder {
  /** `trust` says who may assume a role; the others say what their holder may do, or what may be done with it. */
  readonly kind: 'trust' | 'role' | 'user' | 'bucket' | 'key';
  readonly arn: string;
  /** The account in which it is attached; undefined where the connection does not tell. */
  readonly account: string | undefined;
}

/** A statement in the language of AWS's policies. */
export interface PolicyStatement {
  readonly Effect: 'Allow';
  /** Of a `trust`, a `bucket` or a `key` alone. */
  readonly Principal?: { readonly AWS: string };
  readonly Action: readonly string[];
  readonly Resource?: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Statements that somebody has to attach before a side can work. */
export interface NeededPolicy {
  readonly holder: PolicyHolder;
  readonly statements: readonly PolicyStatement[];
  /** Of a `trust`: the longest session that the role has to grant. Seconds. */
  readonly sessionDuration?: number;
}

export interface PolicyTerms {
  /** ARN of whoever a connection calls AssumeRole as; the side asks the service where it is undefined. */
  principalOf(connectionName: string): string | undefined;
  /** ARN of the KMS key that encrypts the objects of a bucket, if one does. */
  keyOf(bucket: string): string | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What can be asked of a side before it is opened. */
interface AnySide {
  /** The policies that the side needs, and no more; empty where none are needed. */
  neededPolicies(terms: PolicyTerms): Promise<readonly NeededPolicy[]>;
}

export interface SourceSide extends AnySide {
  /** What the objects are called in messages and the plan, for example `s3://bucket/orders/*.csv`. */
  readonly describes: string;
  /** The single URI that is read, or undefined where a pattern may match several. */
  readonly uri: string | undefined;
  open(run: RunContext): Promise<Source>;
  /** Walks every gate that a run would have to pass, without changing anything. */
  probe(context: ProbeContext): AsyncIterable<Gate>;
}

/** An object whose bytes are all stored and not yet visible. Plain data, so that it can cross threads. */
export interface PreparedObject {
  readonly uri: string;
  readonly bytes: number;
}

export interface CommittedObject {
  readonly uri: string;
  readonly bytes: number;
  readonly etag: string;
}

/** One object being written; invisible until its commit. */
export interface ObjectWrite<Prepared extends PreparedObject = PreparedObject> {
  readonly uri: string;
  /** Takes the bytes in; resolves when there is room for more. The caller may reuse `bytes` at once after that. */
  write(bytes: Uint8Array): Promise<void>;
  /** No more bytes: all of them are stored when it resolves, and nothing is visible. */
  finish(): Promise<Prepared>;
  /** Leaves nothing behind; may be called at any time before the commit, also after `finish`. */
  abort(): Promise<void>;
}

/** An opened target. */
export interface Target<Prepared extends PreparedObject = PreparedObject> {
  beginWrite(): Promise<ObjectWrite<Prepared>>;
  /** Makes the object visible; throws `COMMIT_UNKNOWN` when it can't be told whether it is. */
  commit(prepared: Prepared): Promise<CommittedObject>;
  session(): SessionReport | undefined;
  sessionEndsIn(): number | undefined;
  close(): Promise<void>;
}

export interface TargetSide extends AnySide {
  readonly uri: string;
  open(run: TargetContext): Promise<Target>;
  /** Walks every gate that a run would have to pass; leaves nothing behind, whenever it is stopped. */
  probe(context: ProbeContext): AsyncIterable<Gate>;
}

/** A connector: a manifest and the two sides made from it. Registered in `runtime/mapping/connectors.ts`. */
export interface Connector {
  readonly manifest: ConnectorManifest;
  configureSource(side: SideDescription): Configured<SourceSide>;
  configureTarget(side: SideDescription): Configured<TargetSide>;
}
